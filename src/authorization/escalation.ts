import { Injectable } from '@nestjs/common';
import type { Work } from '../events/work.js';
import { EscalationError, type Excess } from '../identity/errors.js';
import { PermissionSet } from '../identity/permission-set.js';
import { Authority, type Entitlement } from '../identity/ports.js';
import type { Principal } from '../identity/principal.js';
import { excessesOver, isRestricted, UNRESTRICTED, type Restrictions } from '../identity/restrictions.js';

/** Who comes to hold what is granted: the words for them, and what bounds them. */
export interface Recipient {
  readonly name: string;
  readonly restrictions: Restrictions;
}

/** The grants that a change hands out, or takes over; for some it matters which person is behind the actor. */
export type Granted = readonly string[] | ((person: string | null) => readonly string[]);

/** A member, whom nothing bounds but their permissions. */
export const MEMBER: Recipient = { name: 'A member', restrictions: UNRESTRICTED };

/**
 * The one rule against escalation: what is handed out, or taken over, is held by whoever hands it out; and a caller that is
 * restricted hands it to those alone who are restricted as much. It holds at the commit of the work: what the actor holds
 * is read in it, and cannot change until then.
 */
@Injectable()
export class EscalationRule {
  constructor(private readonly authority: Authority) {}

  /**
   * For a change of what another holds, or of what others learn of it.
   *
   * @throws {EscalationError} naming the grants that the actor does not hold.
   * @throws {UnauthenticatedError} if the actor is gone meanwhile, or a key that is refused.
   */
  async assertHolds(work: Work, actor: Principal, grants: readonly string[]): Promise<void> {
    const { permissions } = await this.authority.current(work, actor);
    const missing = permissions.missing(grants);
    if (missing.length > 0) throw new EscalationError(fewest(missing));
  }

  /**
   * For a change that lets others do more than before.
   *
   * @param granted all that the actor must hold
   * @param recipients asked for only if the actor is restricted
   * @returns what the actor holds, and for whom
   * @throws {EscalationError} naming the grants that the actor does not hold, and its restrictions that a recipient is
   *   free of.
   * @throws {UnauthenticatedError} if the actor is gone meanwhile, or a key that is refused.
   */
  async assertMayGrant(
    work: Work,
    actor: Principal,
    granted: Granted,
    recipients: () => readonly Recipient[] | Promise<readonly Recipient[]>,
  ): Promise<Entitlement> {
    const entitlement = await this.authority.current(work, actor);
    const { permissions, restrictions, owner } = entitlement;
    const missing = permissions.missing(typeof granted === 'function' ? granted(owner) : granted);
    const reached = isRestricted(restrictions) ? await recipients() : [];
    const excess = firstExcess(restrictions, reached);
    if (missing.length > 0 || excess) throw new EscalationError(fewest(missing), excess);
    return entitlement;
  }
}

function fewest(grants: readonly string[]): readonly string[] {
  return new PermissionSet(grants).simplified();
}

function firstExcess(bounds: Restrictions, recipients: readonly Recipient[]): Excess | undefined {
  for (const { name, restrictions } of recipients) {
    const faults = excessesOver(bounds, restrictions);
    if (faults.length > 0) return { name, faults };
  }
  return undefined;
}
