import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Workspace } from './workspace.entity.js';

/** How much of a quota a workspace uses. There is none before the first use or adjustment. */
@Entity({ name: 'latchkey_workspace_quotas' })
export class WorkspaceQuota {
  @PrimaryColumn({
    name: 'workspace_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'pk_latchkey_workspace_quotas',
  })
  workspaceId!: string;

  @ManyToOne(() => Workspace)
  @JoinColumn({ name: 'workspace_id', foreignKeyConstraintName: 'fk_latchkey_workspace_quotas_workspace' })
  workspace?: Relation<Workspace>;

  @PrimaryColumn({
    name: 'name',
    type: 'varchar',
    length: 32,
    primaryKeyConstraintName: 'pk_latchkey_workspace_quotas',
  })
  name!: string;

  /** What is counted is spread over several. */
  @PrimaryColumn({
    name: 'slot',
    type: 'integer',
    primaryKeyConstraintName: 'pk_latchkey_workspace_quotas',
  })
  slot!: number;

  @Column({ name: 'used', type: 'integer' })
  used!: number;

  /** Of slot 0. null: the default. */
  @Column({ name: 'allowed', type: 'integer', nullable: true })
  allowed!: number | null;
}
