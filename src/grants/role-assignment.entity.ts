import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { HolderType } from './held-grants.js';

/** That a key or a member of a workspace holds a role, custom or built-in. */
@Entity({ name: 'latchkey_role_assignments' })
@Index('ix_latchkey_role_assignments_role', ['workspaceId', 'roleId'])
export class RoleAssignment {
  @PrimaryColumn({
    name: 'workspace_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'pk_latchkey_role_assignments',
  })
  workspaceId!: string;

  @PrimaryColumn({
    name: 'holder_type',
    type: 'varchar',
    length: 16,
    primaryKeyConstraintName: 'pk_latchkey_role_assignments',
  })
  holderType!: HolderType;

  /** The id of the key, or the subject of the member. */
  @PrimaryColumn({
    name: 'holder_id',
    type: 'varchar',
    length: 255,
    primaryKeyConstraintName: 'pk_latchkey_role_assignments',
  })
  holderId!: string;

  /** The id of the role; of a built-in one, its name. */
  @PrimaryColumn({
    name: 'role_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'pk_latchkey_role_assignments',
  })
  roleId!: string;

  /** In which order the holder names its roles. */
  @Column({ name: 'position', type: 'integer' })
  position!: number;
}
