import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A creation that was made under an `Idempotency-Key`, so that its repeat does not make a second key. */
@Entity({ name: 'latchkey_idempotency_keys' })
@Index('ix_latchkey_idempotency_keys_created', ['createdDate'])
export class IdempotencyKey {
  /** SHA-256 over the workspace, the credential and the header's value: the value itself is not kept. */
  @PrimaryColumn({
    name: 'hash',
    type: 'varchar',
    length: 43,
    primaryKeyConstraintName: 'pk_latchkey_idempotency_keys',
  })
  hash!: string;

  /** SHA-256 over all that and what was asked for: a repeat asks for the same. */
  @Column({ name: 'request_hash', type: 'varchar', length: 43 })
  requestHash!: string;

  @Column({ name: 'key_id', type: 'varchar', length: 36 })
  keyId!: string;

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;
}
