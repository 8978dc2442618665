import { Injectable } from '@nestjs/common';
import type { Work } from '../events/work.js';
import { EscalationError } from './errors.js';
import { Authority } from './ports.js';
import type { Principal } from './principal.js';

/** The one rule against escalation: what is handed out, or taken over, is held by whoever hands it out. */
@Injectable()
export class EscalationRule {
  constructor(private readonly authority: Authority) {}

  /**
   * Holds at the commit of this work: what the actor holds is read now and cannot change until then.
   *
   * @throws {EscalationError} naming the grants that the actor does not hold.
   * @throws {UnauthenticatedError} if the actor is gone meanwhile, or a key that is disabled.
   */
  async assertMayGrant(work: Work, actor: Principal, grants: readonly string[]): Promise<void> {
    const missing = (await this.authority.current(work, actor)).missing(grants);
    if (missing.length > 0) throw new EscalationError([...new Set(missing)]);
  }
}
