import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Revocations } from '../revocation/revocations.js';
import { KeyVerifier } from './key-verifier.js';

const FIND_HASH = `SELECT hash FROM latchkey_api_keys WHERE id = $1
  UNION ALL SELECT hash FROM latchkey_deleted_keys WHERE key_id = $2`;

/** Tells others whether this instance accepts a key, which they name by its id: no secret and no hash leaves the database. */
@Injectable()
export class KeyInspector {
  constructor(
    private readonly database: Database,
    private readonly verifier: KeyVerifier,
    revocations: Revocations,
  ) {
    revocations.onInspection((keyId) => this.accepts(keyId));
  }

  private async accepts(keyId: string): Promise<boolean> {
    const [row] = await this.database.query<{ hash: string }>(FIND_HASH, [keyId, keyId]);
    return row !== undefined && this.verifier.accepts(row.hash);
  }
}
