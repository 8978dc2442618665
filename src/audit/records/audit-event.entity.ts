import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One record of the trail. The payload is the record, as exact canonical JSON; the other columns repeat from it what is
 * searched for. Insert only: triggers refuse the rest. No foreign keys, for records outlive what they are about.
 */
@Entity({ name: 'latchkey_audit_events' })
@Index('ix_latchkey_audit_events_outcome', ['outcome', 'occurredDate', 'id'])
@Index('ix_latchkey_audit_events_action', ['action', 'outcome', 'occurredDate', 'id'])
@Index('ix_latchkey_audit_events_actor', ['actorId', 'outcome', 'occurredDate', 'id'])
@Index('ix_latchkey_audit_events_target', ['targetId', 'outcome', 'occurredDate', 'id'])
@Index('ix_latchkey_audit_events_workspace', ['workspaceId', 'outcome', 'occurredDate', 'id'])
@Index('ix_latchkey_audit_events_workspace_action', ['workspaceId', 'action', 'outcome', 'occurredDate', 'id'])
@Index('ix_latchkey_audit_events_workspace_actor', ['workspaceId', 'actorId', 'outcome', 'occurredDate', 'id'])
@Index('ix_latchkey_audit_events_workspace_target', ['workspaceId', 'targetId', 'outcome', 'occurredDate', 'id'])
export class AuditEvent {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_audit_events' })
  id!: string;

  @Column({ name: 'workspace_id', type: 'varchar', length: 36, nullable: true })
  workspaceId!: string | null;

  @Column({ name: 'action', type: 'varchar', length: 100 })
  action!: string;

  @Column({ name: 'outcome', type: 'varchar', length: 16 })
  outcome!: string;

  @Column({ name: 'actor_id', type: 'varchar', length: 255 })
  actorId!: string;

  /** The id of the first target; like the actor's, in lower case if it is a UUID. The others: {@link AuditFurtherTarget}. */
  @Column({ name: 'target_id', type: 'varchar', length: 255, nullable: true })
  targetId!: string | null;

  @Column({ name: 'occurred_date', type: 'varchar', length: 24 })
  occurredDate!: string;

  @Column({ name: 'payload', type: 'text' })
  payload!: string;

  /** SHA-256 of the payload's UTF-8, hexadecimal. */
  @Column({ name: 'payload_hash', type: 'varchar', length: 64 })
  payloadHash!: string;
}
