import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A permission of a workspace's own applications, such as `orders:refund`. */
@Entity({ name: 'latchkey_permissions' })
export class ApplicationPermission {
  @PrimaryColumn({
    name: 'workspace_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'pk_latchkey_permissions',
  })
  workspaceId!: string;

  @PrimaryColumn({ name: 'name', type: 'varchar', length: 100, primaryKeyConstraintName: 'pk_latchkey_permissions' })
  name!: string;

  @Column({ name: 'description', type: 'text' })
  description!: string;

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;
}
