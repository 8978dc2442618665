import { Injectable } from '@nestjs/common';
import { FairGate } from '../kernel/fair-gate.js';
import { StoreUnavailableError } from './errors.js';
import { Database } from './database.js';

const MOST_WAITING = 1024;

/** Lets searches of all kinds wait for each other, so that nothing else waits for them. Workspaces take turns. */
@Injectable()
export class SearchTurns {
  private readonly gate: FairGate;

  constructor({ searchesAtOnce: running }: Database) {
    this.gate = new FairGate(
      { running, runningOfOne: running, waiting: MOST_WAITING, waitingOfOne: MOST_WAITING },
      () => new StoreUnavailableError(new Error('Too many searches wait for each other.')),
    );
  }

  /**
   * Runs a search when its turn comes.
   *
   * @param workspaceId null for a search of all workspaces
   * @param longestMs for how long it may wait
   * @throws {StoreUnavailableError} if its turn does not come in time, or too many wait.
   */
  run<T>(workspaceId: string | null, longestMs: number, search: () => Promise<T>): Promise<T> {
    return this.gate.run(workspaceId ?? '', longestMs, search);
  }
}
