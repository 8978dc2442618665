import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A tenant: keys and records belong to exactly one. */
@Entity({ name: 'latchkey_workspaces' })
@Unique('uq_latchkey_workspaces_external_id', ['externalId'])
@Index('ix_latchkey_workspaces_name', ['name', 'id'])
export class Workspace {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_workspaces' })
  id!: string;

  @Column({ name: 'name', type: 'varchar', length: 100 })
  name!: string;

  /** The host's own id of its tenant. */
  @Column({ name: 'external_id', type: 'varchar', length: 255, nullable: true })
  externalId!: string | null;

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;

  @Column({ name: 'updated_date', type: 'varchar', length: 24 })
  updatedDate!: string;
}
