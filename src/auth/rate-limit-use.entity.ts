import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How much of its limit a key has used in the current window, where several instances share it. The limiter's own. */
@Entity({ name: 'latchkey_rate_limits' })
export class RateLimitUse {
  @PrimaryColumn({ name: 'key', type: 'varchar', length: 255, primaryKeyConstraintName: 'pk_latchkey_rate_limits' })
  key!: string;

  @Column({ name: 'points', type: 'integer', default: 0 })
  points!: number;

  /** Milliseconds since 1970. */
  @Column({ name: 'expire', type: 'bigint', nullable: true })
  expire!: string | null;
}
