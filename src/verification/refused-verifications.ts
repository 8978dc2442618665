import { Injectable } from '@nestjs/common';
import { AuthFailed } from '../refused-requests/events.js';
import type { RefusalReason, RefusedKey } from '../identity/ports.js';
import { networkOf } from '../kernel/network/network.js';
import type { Actor } from '../events/actor.js';
import { FailedAttempts } from '../refused-attempts/failed-attempts.js';

const SOMEBODY: Actor = {
  type: 'anonymous',
  id: 'anonymous',
  display: 'anonymous',
  credentialId: null,
  workspaceId: null,
  origin: null,
};

/** Records refused verifications of known keys: deleted, disabled, expired, orphaned, or used from a refused address. */
@Injectable()
export class RefusedVerifications {
  constructor(private readonly attempts: FailedAttempts) {}

  /**
   * Records the first verification of a client's day with the key, on the trail of the key's workspace.
   *
   * @param key null if it is unknown: nothing is recorded then, and the time does not tell it from a key that is known
   * @param ip of the client, as whoever verifies says; without it all are one client
   * @returns once that is durable, or the trail cannot be written: the answer stays as it is
   */
  async record(key: RefusedKey | null, reason: RefusalReason, ip: string | null | undefined): Promise<void> {
    const client = networkOf(ip);
    const use = { workspaceId: key?.workspaceId ?? null, keyId: key?.id ?? null, client };
    if (this.attempts.isLater(use) || !key) return;
    const event = new AuthFailed({
      workspaceId: key.workspaceId,
      targets: [{ type: 'apikey', id: key.id, display: key.name }],
      changes: ip ? [{ field: 'ip', before: null, after: ip }] : [],
      reason,
    });
    await this.attempts.recordFirst(SOMEBODY, event, { refusedKey: key.id, client });
  }
}
