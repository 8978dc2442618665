import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'pk_latchkey_audit_further_targets';

/**
 * A target of a record besides its first, with what it is searched by. Most records have one target, which stands in their
 * own row. Insert only, like the records.
 */
@Entity({ name: 'latchkey_audit_further_targets', withoutRowid: true })
@Index('ix_latchkey_audit_further_targets_target', ['targetId', 'outcome', 'occurredDate', 'eventId'])
@Index('ix_latchkey_audit_further_targets_workspace_target', [
  'workspaceId',
  'targetId',
  'outcome',
  'occurredDate',
  'eventId',
])
export class AuditFurtherTarget {
  @PrimaryColumn({ name: 'event_id', type: 'varchar', length: 36, primaryKeyConstraintName })
  eventId!: string;

  /** In lower case if it is a UUID. */
  @PrimaryColumn({ name: 'target_id', type: 'varchar', length: 255, primaryKeyConstraintName })
  targetId!: string;

  @Column({ name: 'workspace_id', type: 'varchar', length: 36, nullable: true })
  workspaceId!: string | null;

  @Column({ name: 'outcome', type: 'varchar', length: 16 })
  outcome!: string;

  @Column({ name: 'occurred_date', type: 'varchar', length: 24 })
  occurredDate!: string;
}
