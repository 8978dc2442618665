import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A deleted key, whose usage is yet to be removed. */
@Entity({ name: 'latchkey_usage_removals' })
export class UsageRemoval {
  @PrimaryColumn({
    name: 'key_id',
    type: 'varchar',
    length: 36,
    primaryKeyConstraintName: 'pk_latchkey_usage_removals',
  })
  keyId!: string;

  @Column({ name: 'deleted_date', type: 'varchar', length: 24 })
  deletedDate!: string;
}
