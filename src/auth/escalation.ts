import { EscalationError } from './errors.js';
import type { Principal } from './principal.js';

/**
 * The one rule against escalation: what is handed out, or taken over, is held by whoever hands it out.
 *
 * @throws {EscalationError} naming the grants that the actor does not hold.
 */
export function assertMayGrant(actor: Principal, grants: readonly string[]): void {
  const missing = actor.permissions.missing(grants);
  if (missing.length > 0) throw new EscalationError(missing);
}
