import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A custom role of a workspace: a named set of grants. The built-in ones have no rows. */
@Entity({ name: 'latchkey_roles' })
@Unique('uq_latchkey_roles_workspace_name', ['workspaceId', 'nameFolded'])
export class Role {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_roles' })
  id!: string;

  @Column({ name: 'workspace_id', type: 'varchar', length: 36 })
  workspaceId!: string;

  @Column({ name: 'name', type: 'varchar', length: 100 })
  name!: string;

  /** The name as it is unique: see `foldedName`. */
  @Column({ name: 'name_folded', type: 'varchar', length: 1800 })
  nameFolded!: string;

  @Column({ name: 'description', type: 'text', nullable: true })
  description!: string | null;

  @Column({ name: 'permissions', type: 'simple-json' })
  permissions!: string[];

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;

  @Column({ name: 'updated_date', type: 'varchar', length: 24 })
  updatedDate!: string;
}
