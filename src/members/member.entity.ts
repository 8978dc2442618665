import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A person of a workspace, by the `sub` of their tokens. */
@Entity({ name: 'latchkey_members' })
@Index('ix_latchkey_members_subject', ['subject'])
export class Member {
  @PrimaryColumn({ name: 'workspace_id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_members' })
  workspaceId!: string;

  @PrimaryColumn({ name: 'subject', type: 'varchar', length: 255, primaryKeyConstraintName: 'pk_latchkey_members' })
  subject!: string;

  /** Grants that are the member's own, next to those of their roles. */
  @Column({ name: 'permissions', type: 'simple-json' })
  permissions!: string[];

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;

  @Column({ name: 'updated_date', type: 'varchar', length: 24 })
  updatedDate!: string;
}
