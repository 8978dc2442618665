import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A tenant: keys and records belong to exactly one. */
@Entity({ name: 'latchkey_workspaces' })
@Unique('uq_latchkey_workspaces_name', ['name'])
export class Workspace {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_workspaces' })
  id!: string;

  @Column({ name: 'name', type: 'varchar', length: 100 })
  name!: string;

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;

  @Column({ name: 'updated_date', type: 'varchar', length: 24 })
  updatedDate!: string;
}
