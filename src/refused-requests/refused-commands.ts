import { Injectable, type ExecutionContext, type HttpException } from '@nestjs/common';
import { StoreUnavailableError } from '../database/errors.js';
import { errorBody, refusalAtRoute } from '../http/error-body.js';
import { TooManyLookUpsError } from '../identity/errors.js';
import { type LatchkeyError } from '../kernel/latchkey-error.js';
import { isId } from '../kernel/ids.js';
import { requestIdOf } from '../http/request-id.js';
import { requestOf } from '../http/request.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import type { Actor, RequestOrigin } from '../events/actor.js';
import type { DomainEvent, EventFacts, Target } from '../events/domain-event.js';
import { FailedAttempts } from '../refused-attempts/failed-attempts.js';
import type { NamedThing } from '../refused-attempts/resource-owners.js';
import { askedFor, namedWorkspace } from './attempted-command.js';
import { AuthDenied, AuthFailed, RequestFailed } from './events.js';
import { WorkspaceDirectory, type Refusal } from '../identity/ports.js';
import type { Principal } from '../identity/principal.js';
import { targetsOf } from './request-targets.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Puts what was refused or failed on the trail, with what was attempted: to be awaited before the answer leaves. A record
 * is on the trail of the workspace that the caller acts in; an attempt at what is another workspace's is on the trail of
 * that one too.
 *
 * All of its methods throw {@link StoreUnavailableError} if the attempt cannot be recorded: then it is not answered as if
 * it had been.
 */
@Injectable()
export class RefusedCommands {
  constructor(
    private readonly failedAttempts: FailedAttempts,
    private readonly workspaces: WorkspaceDirectory,
    private readonly secrets: SecretScanner,
  ) {}

  /** Records a request without an acceptable credential. */
  async recordUnauthenticated(
    context: ExecutionContext,
    origin: RequestOrigin,
    { reason, key }: Refusal,
    error: LatchkeyError,
  ): Promise<void> {
    const { targets, changes } = this.attempted(context);
    // The key first: it is what the attempt is found by.
    const event = new AuthFailed({
      workspaceId: key?.workspaceId ?? null,
      targets: key ? [{ type: 'apikey', id: key.id, display: key.name }, ...targets] : targets,
      changes,
      ...answered(context, error),
      reason,
    });
    await this.put(context, anonymous(origin), event, { targets, refusedKey: key?.id });
  }

  /** Records a request of a known caller who may not make it. */
  async recordDenied(context: ExecutionContext, principal: Principal, error: LatchkeyError): Promise<void> {
    const attempted = this.attempted(context);
    const event = new AuthDenied({
      workspaceId: await this.workspaceOf(context, principal),
      ...attempted,
      ...answered(context, error),
    });
    await this.put(context, principal, event, attempted);
  }

  /**
   * Records a command of a known caller that was not carried out. Reads leave no trace, and nothing can be written while
   * the store is down: the answer to a fault stays as it is then.
   *
   * @param thrown what the caller is answered with
   */
  async record(context: ExecutionContext, principal: Principal | undefined, thrown: unknown): Promise<void> {
    if (!principal || isRead(context)) return;
    // A record for each look-up that is refused would be what a guesser wants.
    if (thrown instanceof StoreUnavailableError || thrown instanceof TooManyLookUpsError) return;
    const answer = answered(context, refusalAtRoute(thrown));
    try {
      await this.recordFailed(context, principal, answer);
    } catch (failure) {
      // Not to be answered that nothing was changed, where it was or may have been.
      if (answer.statusCode < 500) throw failure;
    }
  }

  private async recordFailed(context: ExecutionContext, principal: Principal, answer: Answer): Promise<void> {
    const attempted = this.attempted(context);
    const facts: EventFacts = { workspaceId: await this.workspaceOf(context, principal), ...attempted, ...answer };
    const event = answer.statusCode === 403 ? new AuthDenied(facts) : new RequestFailed(facts);
    await this.put(context, principal, event, attempted);
  }

  private attempted(context: ExecutionContext): Required<Pick<EventFacts, 'targets' | 'changes'>> {
    const changes = isRead(context) ? [] : askedFor(context, this.secrets);
    return { targets: targetsOf(context, this.secrets), changes };
  }

  private async put(
    context: ExecutionContext,
    actor: Actor,
    event: DomainEvent,
    { targets, refusedKey }: { targets: readonly Target[]; refusedKey?: string },
  ): Promise<void> {
    const things = thingsNamed(context, isRead(context) ? [] : targets);
    await this.failedAttempts.record(actor, event, { refusedKey, things });
  }

  /** Who acts in no workspace is on the trail of the one they name, if it exists. */
  private async workspaceOf(context: ExecutionContext, { workspaceId }: Principal): Promise<string | null> {
    const named = workspaceId === null ? namedWorkspace(context) : undefined;
    return named === undefined ? workspaceId : ((await this.workspaces.find(named)) ?? null);
  }
}

interface Answer {
  reason: string;
  statusCode: number;
  errorCode: string;
}

/** What a record says of the answer. */
function answered(context: ExecutionContext, error: LatchkeyError | HttpException): Answer {
  const { message, statusCode, code } = errorBody(error, requestIdOf(requestOf(context)));
  return { reason: message, statusCode, errorCode: code };
}

function isRead(context: ExecutionContext): boolean {
  return READS.has(requestOf(context).method);
}

/** What the caller named that may be another workspace's. */
function thingsNamed(context: ExecutionContext, targets: readonly Target[]): NamedThing[] {
  const named = namedWorkspace(context);
  const things = targets.filter(({ id }) => id !== '');
  return named === undefined ? things : [{ type: isId(named) ? 'workspace' : 'externalId', id: named }, ...things];
}

function anonymous(origin: RequestOrigin): Actor {
  return { type: 'anonymous', id: 'anonymous', display: 'anonymous', credentialId: null, workspaceId: null, origin };
}
