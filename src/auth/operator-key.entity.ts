import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The operator key that was generated because none was given: its hash, in the one row of this table. */
@Entity({ name: 'latchkey_operator_keys' })
export class OperatorKey {
  @PrimaryColumn({ name: 'id', type: 'integer', primaryKeyConstraintName: 'pk_latchkey_operator_keys' })
  id!: number;

  /** SHA-256 of the key, base64url. */
  @Column({ name: 'hash', type: 'varchar', length: 43 })
  hash!: string;

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;
}
