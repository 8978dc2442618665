import { Injectable } from '@nestjs/common';
import { hashOf } from '../api-keys/look-up/keys-by-hash.js';
import { Database } from '../database/database.js';
import { Revocations } from '../revocation/revocations.js';
import { KeyVerifier } from './key-verifier.js';

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
    const hash = await hashOf(this.database, keyId);
    return hash !== undefined && this.verifier.accepts(hash);
  }
}
