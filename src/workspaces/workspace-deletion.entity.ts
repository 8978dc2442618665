import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A workspace that was deleted, until all that was in it is gone. Meanwhile none of its keys is accepted. */
@Entity({ name: 'latchkey_workspace_deletions' })
export class WorkspaceDeletion {
  @PrimaryColumn({
    name: 'workspace_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'pk_latchkey_workspace_deletions',
  })
  workspaceId!: string;

  @Column({ name: 'deleted_date', type: 'varchar', length: 24 })
  deletedDate!: string;

  /** JSON of who deleted it, for the records of what goes after it. Free of credentials. */
  @Column({ name: 'actor', type: 'text' })
  actor!: string;
}
