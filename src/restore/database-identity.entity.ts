import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which database this is: one row. A backup that is restored has the same id, another database another one. */
@Entity({ name: 'latchkey_database_identity' })
export class DatabaseIdentity {
  @PrimaryColumn({ name: 'place', type: 'integer', primaryKeyConstraintName: 'pk_latchkey_database_identity' })
  place!: number;

  @Column({ name: 'id', type: 'varchar', length: 36 })
  id!: string;
}
