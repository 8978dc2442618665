import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Secret } from '../counting/use-counter.js';

const PRIMARY = { primaryKeyConstraintName: 'pk_latchkey_usage_clients' };

/** A client of a key, as it says itself. Addresses are personal data: a row goes when its client was not seen for 90 days. */
@Entity({ name: 'latchkey_usage_clients', withoutRowid: true })
export class UsageClient {
  @PrimaryColumn({ name: 'key_id', type: 'varchar', length: 36, ...PRIMARY })
  keyId!: string;

  @PrimaryColumn({ name: 'client', type: 'varchar', length: 22, ...PRIMARY })
  client!: string;

  @PrimaryColumn({ name: 'secret', type: 'varchar', length: 8, ...PRIMARY })
  secret!: Secret;

  @Column({ name: 'application', type: 'varchar', length: 100, nullable: true })
  application!: string | null;

  @Column({ name: 'ip', type: 'varchar', length: 45, nullable: true })
  ip!: string | null;

  @Column({ name: 'user_agent', type: 'varchar', length: 512, nullable: true })
  userAgent!: string | null;

  @Column({ name: 'first_seen_date', type: 'varchar', length: 24 })
  firstSeenDate!: string;

  @Column({ name: 'last_seen_date', type: 'varchar', length: 24 })
  lastSeenDate!: string;
}
