import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A principal above all workspaces, and the hash of its key. */
@Entity({ name: 'latchkey_operators' })
@Unique('uq_latchkey_operators_name', ['name'])
@Unique('uq_latchkey_operators_hash', ['hash'])
export class Operator {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_operators' })
  id!: string;

  @Column({ name: 'name', type: 'varchar', length: 63 })
  name!: string;

  /** SHA-256 of the key, base64url. */
  @Column({ name: 'hash', type: 'varchar', length: 43 })
  hash!: string;

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;

  /** When the key was last replaced; null: never. */
  @Column({ name: 'rotated_date', type: 'varchar', length: 24, nullable: true })
  rotatedDate!: string | null;
}
