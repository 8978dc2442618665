import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key of which uses were counted. */
@Entity({ name: 'latchkey_usage_keys' })
export class UsedKey {
  @PrimaryColumn({ name: 'key_id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_usage_keys' })
  keyId!: string;

  /** How often it was verified, whatever came of it: never goes down. */
  @Column({ name: 'uses', type: 'bigint' })
  uses!: string;

  /** Since when it is counted. */
  @Column({ name: 'first_date', type: 'varchar', length: 24 })
  firstDate!: string;
}
