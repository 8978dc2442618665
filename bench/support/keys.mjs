import { hash, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { toSearchName, wordsOf } from '../../dist/esm/api-keys/search/search-words.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'lk_';
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const KEY_LENGTH = PREFIX.length + SECRET_LENGTH + CHECKSUM_LENGTH;
const ID_SEED = 7;
const KEY_SEED = 1;

/** What every key of the benchmarks may do. */
export const PERMISSIONS = ['orders:read', 'orders:refund'];

/** Random numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Well-formed keys, the same in every run and process. Outside of the heap, as text that is only made when it is asked
 * for: each time a string of its own, as one that arrives in a request.
 */
export class Keys {
  #bytes;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  static make(count) {
    const random = randomNumbers(KEY_SEED);
    const bytes = Buffer.allocUnsafe(count * KEY_LENGTH);
    for (let at = 0; at < count; at += 1) {
      let body = PREFIX;
      for (let digit = 0; digit < SECRET_LENGTH; digit += 1) body += ALPHABET[Math.floor(random() * ALPHABET.length)];
      bytes.latin1Write(body + checksum(body), at * KEY_LENGTH);
    }
    return new Keys(bytes);
  }

  static async read(path) {
    return new Keys(await readFile(path));
  }

  async write(path) {
    await writeFile(path, this.#bytes);
  }

  get count() {
    return this.#bytes.length / KEY_LENGTH;
  }

  text(at) {
    return this.#bytes.latin1Slice(at * KEY_LENGTH, (at + 1) * KEY_LENGTH);
  }

  hash(at) {
    return hash('sha256', this.text(at), 'base64url');
  }
}

/** The id of a key, of the form of a UUIDv7; the same in every run and process. */
export function idOf(at) {
  const random = randomNumbers(ID_SEED + at);
  const hex = (bits) =>
    Math.floor(random() * 2 ** bits)
      .toString(16)
      .padStart(bits / 4, '0');
  const time = (0x019a_0000_0000 + at).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(12)}-8${hex(12)}-${hex(24)}${hex(24)}`;
}

/**
 * Puts keys into a migrated store, in bulk and by SQL, all in one new workspace.
 *
 * @param from the number of the first key, up to `to`, which is not among them
 * @returns the id of the workspace
 */
export async function storeKeys(dataSource, keys, to = keys.count, { permissions = PERMISSIONS, from = 0 } = {}) {
  const workspaceId = randomUUID();
  const date = new Date().toISOString();
  const isPostgres = dataSource.options.type === 'postgres';
  await dataSource.query(
    `INSERT INTO latchkey_workspaces (id, name, created_date, updated_date) VALUES ('${workspaceId}',
      'Benchmark ${workspaceId}', '${date}', '${date}')`,
  );
  const rows = isPostgres
    ? `SELECT row->>0 AS id, row->>1 AS name, row->>2 AS hash, row->>3 AS search_name FROM jsonb_array_elements(CAST($1 AS jsonb)) AS row`
    : `SELECT value->>0 AS id, value->>1 AS name, value->>2 AS hash, value->>3 AS search_name FROM json_each($1)`;
  const statement = `INSERT INTO latchkey_api_keys (id, workspace_id, name, search_name, hash, hint, permissions, allowed_ips, metadata,
      enabled, created_date, updated_date, created_by, version)
    SELECT id, '${workspaceId}', name, search_name, hash, 'lk_0123…4567', '${JSON.stringify(permissions)}', '[]', '{}',
      ${isPostgres ? 'true' : '1'}, '${date}', '${date}', '{"type":"system","id":"system","display":"benchmark"}', 1
    FROM (${rows}) AS key`;
  for (let start = from; start < to; start += ROWS_A_STATEMENT) {
    const count = Math.min(ROWS_A_STATEMENT, to - start);
    const some = Array.from({ length: count }, (_, at) => {
      const name = `Billing worker ${start + at}`;
      return [idOf(start + at), name, keys.hash(start + at), toSearchName(wordsOf(name))];
    });
    await dataSource.query(statement, [JSON.stringify(some)]);
    const words = some.flatMap(([id, name]) => wordsOf(name).map((word) => [word, id]));
    await dataSource.query(
      `INSERT INTO latchkey_api_key_words (workspace_id, word, key_id) SELECT '${workspaceId}', ${
        isPostgres
          ? 'row->>0, row->>1 FROM jsonb_array_elements(CAST($1 AS jsonb)) AS row'
          : 'value->>0, value->>1 FROM json_each($1)'
      }`,
      [JSON.stringify(words)],
    );
  }
  return workspaceId;
}

const ROWS_A_STATEMENT = 10_000;

function checksum(text) {
  let rest = crc32(text);
  let digits = '';
  while (digits.length < CHECKSUM_LENGTH) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
