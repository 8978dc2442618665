import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An instance that counts uses. One that stops takes itself off the list; one that was killed stays on it. */
@Entity({ name: 'latchkey_usage_instances' })
export class CountingInstance {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_usage_instances' })
  id!: string;

  /** Since when it counts. */
  @Column({ name: 'since_date', type: 'varchar', length: 24 })
  sinceDate!: string;

  /** Until when all that it counted is written. */
  @Column({ name: 'flushed_date', type: 'varchar', length: 24 })
  flushedDate!: string;

  /** When others found that it had ended; null while it counts. */
  @Column({ name: 'ended_date', type: 'varchar', length: 24, nullable: true })
  endedDate!: string | null;

  /** The number of the last batch that it wrote. */
  @Column({ name: 'batch', type: 'integer' })
  batch!: number;
}
