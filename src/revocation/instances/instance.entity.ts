import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An instance that may answer from memory. Its row changes with every renewal of its lease; nobody compares dates. */
@Entity({ name: 'latchkey_instances' })
export class Instance {
  /** New with every session, for a session that broke may have missed revocations. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_instances' })
  id!: string;

  @Column({ name: 'renewals', type: 'integer' })
  renewals!: number;

  @Column({ name: 'lease_ms', type: 'integer' })
  leaseMs!: number;

  @Column({ name: 'started_date', type: 'varchar', length: 24 })
  startedDate!: string;
}
