import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What is left of a deleted key: enough to tell whose it was when somebody still tries it. Never the key.
 * Decoys stand among them, which belong to no workspace: what a look-up finds of an unknown key.
 */
@Entity({ name: 'latchkey_deleted_keys' })
export class DeletedKey {
  @PrimaryColumn({ name: 'hash', type: 'varchar', length: 43, primaryKeyConstraintName: 'pk_latchkey_deleted_keys' })
  hash!: string;

  @Column({ name: 'key_id', type: 'varchar', length: 36 })
  keyId!: string;

  @Column({ name: 'key_name', type: 'varchar', length: 100 })
  keyName!: string;

  @Column({ name: 'workspace_id', type: 'varchar', length: 36 })
  workspaceId!: string;

  @Column({ name: 'deleted_date', type: 'varchar', length: 24 })
  deletedDate!: string;
}
