import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { FairGate } from '../kernel/fair-gate.js';
import { isId } from '../kernel/ids.js';
import { LatchkeyError } from '../kernel/latchkey-error.js';
import { StoreUnavailableError } from '../database/errors.js';
import { WorkspaceNotFoundError } from './errors.js';
import { Database, type TransactionOptions } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import type { Actor } from './actor.js';
import { HostNotifier } from './host-notifier.js';
import type { DomainEvent } from './domain-event.js';
import { FeatureTables } from './feature-tables.js';
import { EventHandlers } from './event-handlers.js';
import { RevocationBarrier, type Revocation, type StagedRevocation } from './revocation.js';
import { Work } from './work.js';

const LONGEST_WAIT_MS = 8000;
const MOST_WAITING = 4096;
const MOST_WAITING_OF_ONE = 512;
const TOO_MANY =
  'Too many changes of this workspace are under way: nothing was changed. Send the request again after the time in Retry-After.';

export interface RunOptions {
  /**
   * The workspace that no other command is to be under way in meanwhile. Without it the command shares the workspace of its
   * actor with others.
   */
  aloneIn?: string;
  /** When it began to wait, by `performance.now()`, if that was earlier. */
  since?: number;
  /** For what is only told of a workspace: it may be gone. */
  isOfThePast?: true;
}

/** Runs commands: each in one transaction, with everything that must be written along with it. */
@Injectable()
export class UnitOfWork {
  private readonly turns: FairGate;
  private readonly listeners: ((events: readonly DomainEvent[]) => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly handlers: EventHandlers,
    private readonly barrier: RevocationBarrier,
    private readonly clock: Clock,
    private readonly hostNotifier: HostNotifier,
    private readonly tables: FeatureTables,
  ) {
    const { changesAtOnce } = database;
    this.turns = new FairGate(
      {
        running: changesAtOnce,
        // Those of one workspace wait for each other's locks: there must be room left for others.
        runningOfOne: Math.max(1, changesAtOnce - 1),
        waiting: MOST_WAITING,
        waitingOfOne: MOST_WAITING_OF_ONE,
      },
      () => new StoreUnavailableError(undefined, TOO_MANY),
    );
  }

  /** Has the listener called with the events of each command that was committed, before that is answered. */
  onCommit(listener: (events: readonly DomainEvent[]) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Runs one command. Its changes, and what the in-transaction handlers write for the events it records, commit
   * together or not at all; once this resolves they survive a power cut, and no instance answers from memory what the
   * command revoked. Then each event is announced through the host's `EventEmitter2`, if there is one: at most once,
   * its listeners' errors logged and not thrown.
   *
   * `command` may be run again from its beginning, if a connection has lost what was prepared on it: it changes nothing but
   * what is in its work.
   *
   * Commands take turns by workspace, so that many of one hold up none of another; those of operators and of the system have
   * turns of their own. Units of work do not nest. What `command` throws is thrown on, after the rollback; of a refusal, once no instance
   * answers from memory what the command meant to revoke.
   *
   * @throws {WorkspaceNotFoundError} if the workspace that the actor acts in is gone.
   * @throws {StoreUnavailableError} if the database refuses or cannot be reached, or too many commands of the workspace wait:
   *   nothing was changed.
   * @throws {OutcomeUnknownError} if it broke at the commit.
   * @throws {RevocationUnconfirmedError} if the change is made, and other instances may not know of it yet.
   */
  async run<T>(
    actor: Actor,
    command: (work: Work) => T | Promise<T>,
    { aloneIn, isOfThePast, since = performance.now() }: RunOptions = {},
  ): Promise<T> {
    const workspaceId = aloneIn ?? actor.workspaceId;
    const queue = isId(workspaceId) ? { id: workspaceId.toLowerCase(), alone: aloneIn !== undefined } : undefined;
    // Whoever is let in may find it deleted; what is left in it is none of theirs.
    const place = isOfThePast ? null : actor.workspaceId;
    if (place !== null && !isId(place)) throw new WorkspaceNotFoundError();
    const lookFor =
      place === null
        ? undefined
        : { table: this.tables.workspaces, id: place, orElse: () => new WorkspaceNotFoundError() };
    const revocations: Revocation[] = [];
    let staged: StagedRevocation | undefined;
    await this.barrier.prepare();
    const committed = this.inTurn(actor, { queue, lookFor, since }, async (transaction) => {
      // What is run again begins anew.
      revocations.length = 0;
      staged?.abandon();
      const work = new Work(actor, this.clock, transaction, revocations);
      const result = await command(work);
      await this.handlers.run(work, work.events);
      if (revocations.length > 0) staged = await this.barrier.stage(transaction, revocations);
      return { result, events: work.events };
    });
    const { result, events } = await committed.catch(async (error: unknown) => {
      staged?.abandon();
      const isRefusal = error instanceof LatchkeyError && error.isRefusal;
      if (isRefusal && revocations.length > 0) {
        await this.barrier.settle(revocations, (body) => this.inTurn(actor, {}, body));
      }
      throw error;
    });
    for (const listener of this.listeners) listener(events);
    try {
      await staged?.confirmed();
    } finally {
      for (const event of events) this.hostNotifier.notify(event);
    }
    return result;
  }

  /** Waits before it takes a connection, of which there are few. */
  private inTurn<T>(
    actor: Actor,
    { since = performance.now(), ...options }: TransactionOptions,
    body: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const leftMs = Math.max(0, since + LONGEST_WAIT_MS - performance.now());
    return this.turns.run(laneOf(actor), leftMs, () => this.database.transaction(body, { ...options, since }));
  }
}

/** Whose commands wait for each other. An operator must get through where a workspace asks for too much. */
function laneOf({ type, workspaceId }: Actor): string {
  const isAbove = type === 'operator' || type === 'system';
  return isAbove || workspaceId === null ? `${type} ${workspaceId}` : workspaceId;
}
