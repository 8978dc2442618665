import { Entity, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'pk_latchkey_api_key_words';

/** A word of the name of a key, by which the key is found. No foreign keys: it is written and deleted with the key. */
@Entity({ name: 'latchkey_api_key_words', withoutRowid: true })
export class ApiKeyWord {
  @PrimaryColumn({ name: 'workspace_id', type: 'varchar', length: 36, primaryKeyConstraintName })
  workspaceId!: string;

  @PrimaryColumn({ name: 'word', type: 'varchar', length: 128, primaryKeyConstraintName })
  word!: string;

  @PrimaryColumn({ name: 'key_id', type: 'varchar', length: 36, primaryKeyConstraintName })
  keyId!: string;
}
