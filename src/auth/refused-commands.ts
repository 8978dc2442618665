import { Injectable, type ExecutionContext } from '@nestjs/common';
import { errorBody, refusalAtRoute } from '../common/error-body.js';
import { TooManyLookUpsError } from '../common/latchkey-error.js';
import { requestIdOf } from '../common/request-id.js';
import { requestOf } from '../common/request.js';
import type { EventFacts } from '../events/domain-event.js';
import { FailedAttempts } from '../refused-attempts/failed-attempts.js';
import { AuthDenied, RequestFailed } from './events.js';
import type { Principal } from './principal.js';
import { targetsOf } from './request-targets.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Puts commands that were refused or that failed on the trail. */
@Injectable()
export class RefusedCommands {
  constructor(private readonly failedAttempts: FailedAttempts) {}

  /**
   * Records what a known caller attempted and why it was not carried out; to be awaited before the answer leaves. Reads
   * leave no trace, and nothing can be written while the store is down.
   *
   * @param thrown what the caller is answered with
   * @throws {StoreUnavailableError} if the attempt cannot be recorded: then it is not answered as if it had been.
   */
  async record(context: ExecutionContext, principal: Principal | undefined, thrown: unknown): Promise<void> {
    const request = requestOf(context);
    if (!principal || READS.has(request.method)) return;
    const { statusCode, message, code } = errorBody(refusalAtRoute(thrown), requestIdOf(request));
    // A record for each look-up that is refused would be what a guesser wants.
    if (code === 'store.unavailable' || thrown instanceof TooManyLookUpsError) return;
    const facts: EventFacts = {
      workspaceId: principal.workspaceId,
      targets: targetsOf(context),
      reason: message,
      statusCode,
      errorCode: code,
    };
    await this.failedAttempts.record(principal, statusCode === 403 ? new AuthDenied(facts) : new RequestFailed(facts));
  }
}
