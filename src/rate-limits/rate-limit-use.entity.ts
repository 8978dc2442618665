import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How much of its limit a key has used in the running window, where several instances share it. */
@Entity({ name: 'latchkey_rate_limits' })
@Index('ix_latchkey_rate_limits_ends', ['endsAt'])
export class RateLimitUse {
  @PrimaryColumn({ name: 'key_id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_rate_limits' })
  keyId!: string;

  @Column({ name: 'used', type: 'integer' })
  used!: number;

  /** Milliseconds since 1970, by the clock of the database. */
  @Column({ name: 'ends_at', type: 'bigint' })
  endsAt!: string;
}
