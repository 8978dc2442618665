import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HASH_LENGTH } from '../../kernel/keys/key-format.js';
import { Database } from '../../database/database.js';

const NO_ID = '00000000-0000-0000-0000-000000000000';
const NEVER = '1970-01-01T00:00:00.000Z';
// As long as a hash, and never one: no hash has a dot in it.
const DECOY = '.decoy'.padEnd(HASH_LENGTH - 2, '.');
const NO_DECOY = '.none'.padEnd(HASH_LENGTH - 2, '.');
// The fewer decoys, the quicker at hand each is: what was asked for just now is still in the processor's caches.
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
const HASHES = LETTERS.flatMap((first) => ['A', 'B'].map((second) => decoyFor(first + second)));

const COUNT = `SELECT COUNT(*) AS count FROM latchkey_deleted_keys WHERE hash IN ('${HASHES.join(`', '`)}')`;
const ROWS = HASHES.map((hash) => `('${hash}', '${NO_ID}', 'Decoy', '${NO_ID}', '${NEVER}')`);
const ADD = `INSERT INTO latchkey_deleted_keys (hash, key_id, key_name, workspace_id, deleted_date)
  VALUES ${ROWS.join(', ')} ON CONFLICT DO NOTHING`;

/** The hash of what is found in place of an unknown key with this hash: one of 128. */
export function decoyFor(hash: string): string {
  return beginningOf(hash) + DECOY;
}

/** A hash next to it that nothing has. */
export function noDecoyFor(hash: string): string {
  return beginningOf(hash) + NO_DECOY;
}

function beginningOf(hash: string): string {
  return `${hash.charAt(0)}${hash.charCodeAt(1) % 2}`;
}

/**
 * Rows among the deleted keys that no key left there and that belong to no workspace: what a look-up finds of an unknown
 * key, so that it takes as long as it does for one of which something is stored. Without them look-ups are right all the
 * same.
 */
@Injectable()
export class Decoys implements OnModuleInit {
  constructor(private readonly database: Database) {}

  // Not by a migration: a host may have TypeORM make the tables.
  async onModuleInit(): Promise<void> {
    const [row] = await this.database.query<{ count: number | string }>(COUNT);
    if (Number(row?.count) < HASHES.length) await this.database.transaction((transaction) => transaction.query(ADD));
  }
}
