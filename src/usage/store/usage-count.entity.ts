import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Secret } from '../counting/use-counter.js';

/** The units of time in which uses are counted, in minutes. */
export const MINUTE = 1;
export const HOUR = 60;
export const DAY = 1440;

const PRIMARY = { primaryKeyConstraintName: 'pk_latchkey_usage_counts' };

/** How often a client used a key in one minute, one hour or one day. */
@Entity({ name: 'latchkey_usage_counts', withoutRowid: true })
export class UsageCount {
  @PrimaryColumn({ name: 'key_id', type: 'varchar', length: 36, ...PRIMARY })
  keyId!: string;

  /** How many minutes it is about. */
  @PrimaryColumn({ name: 'unit', type: 'integer', ...PRIMARY })
  unit!: number;

  /** When these begin: minutes since 1970. */
  @PrimaryColumn({ name: 'start', type: 'integer', ...PRIMARY })
  start!: number;

  @PrimaryColumn({ name: 'client', type: 'varchar', length: 22, ...PRIMARY })
  client!: string;

  @PrimaryColumn({ name: 'secret', type: 'varchar', length: 8, ...PRIMARY })
  secret!: Secret;

  @Column({ name: 'valid', type: 'bigint' })
  valid!: string;

  @Column({ name: 'denied', type: 'bigint' })
  denied!: string;

  @Column({ name: 'expired', type: 'bigint' })
  expired!: string;

  @Column({ name: 'disabled', type: 'bigint' })
  disabled!: string;

  @Column({ name: 'rate_limited', type: 'bigint' })
  rateLimited!: string;
}
