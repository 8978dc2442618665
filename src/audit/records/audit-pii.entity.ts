import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What a record says about people, kept apart so that it can be erased while the record still verifies: the payload
 * holds only the commitment `SHA-256(salt ‖ content)`.
 */
@Entity({ name: 'latchkey_audit_pii' })
export class AuditPii {
  @PrimaryColumn({ name: 'event_id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_audit_pii' })
  eventId!: string;

  /** 256 random bits, hexadecimal: without them the content could be guessed from its commitment. */
  @Column({ name: 'salt', type: 'varchar', length: 64 })
  salt!: string;

  /** Canonical JSON. */
  @Column({ name: 'content', type: 'text' })
  content!: string;
}
