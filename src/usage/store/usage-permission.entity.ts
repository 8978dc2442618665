import { Column, Entity, PrimaryColumn } from 'typeorm';

const PRIMARY = { primaryKeyConstraintName: 'pk_latchkey_usage_permissions' };

/** A permission that a key was asked for and had: by a client, or by all of them. */
@Entity({ name: 'latchkey_usage_permissions', withoutRowid: true })
export class UsagePermission {
  @PrimaryColumn({ name: 'key_id', type: 'varchar', length: 36, ...PRIMARY })
  keyId!: string;

  @PrimaryColumn({ name: 'client', type: 'varchar', length: 22, ...PRIMARY })
  client!: string;

  @PrimaryColumn({ name: 'name', type: 'varchar', length: 100, ...PRIMARY })
  name!: string;

  @Column({ name: 'uses', type: 'bigint' })
  uses!: string;

  @Column({ name: 'first_used_date', type: 'varchar', length: 24 })
  firstUsedDate!: string;

  @Column({ name: 'last_used_date', type: 'varchar', length: 24 })
  lastUsedDate!: string;
}
