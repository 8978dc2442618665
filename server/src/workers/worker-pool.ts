import type { Logger } from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';
import { ANSWER_MS } from '../serving/drain.js';
import { CLOSE_MS } from '../serving/stop-signals.js';
import { ACCEPT_RESTORED } from './duties.js';
import { within } from './within.js';
import { WorkerProcess, type Ending } from './worker-process.js';
import { WorkerReports } from './worker-reports.js';

const LONG_LIFE_MS = 10_000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
const LATE_MS = 1000;
const LOOK_MS = 2000;
// Counted in looks: when the whole machine was suspended, a worker has its chance to answer before the next one.
const MOST_SILENT_LOOKS = 5;

/** Keeps a number of workers running. */
export class WorkerPool {
  private readonly running = new Set<WorkerProcess>();
  private readonly reports = new WorkerReports();
  private readonly stopping = new AbortController();
  private started = false;
  private leader: WorkerProcess | undefined;

  /**
   * @param drainMs how long workers still serve when the service stops
   * @param abandon is told why, when no worker is left and another could not start
   */
  constructor(
    private readonly size: number,
    private readonly variables: NodeJS.ProcessEnv,
    private readonly drainMs: number,
    private readonly logger: Logger,
    private readonly abandon: (reason: string) => void,
  ) {
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  /**
   * Resolves to the URL once all workers listen on it. The first starts alone: it brings the schema up to date, and what
   * keeps one from starting is said once.
   *
   * @param acceptRestored whether the first accepts a restored database, for all
   * @throws {Error} saying why the first cannot start.
   */
  async start(acceptRestored: boolean): Promise<string> {
    const first = this.fork(acceptRestored ? [ACCEPT_RESTORED] : []);
    const url = await first.listening;
    await first.ask('recordStart', this.size);
    this.started = true;
    this.appoint();
    const others = Array.from({ length: this.size - 1 }, () => this.fork());
    await Promise.all([first, ...others].map((worker) => this.keep(worker)));
    return url;
  }

  /** Whether {@link stop} was called. */
  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Resolves once all workers have answered what is in flight and ended; to whether all of them did so by themselves. */
  async stop(): Promise<boolean> {
    this.stopping.abort();
    const serving = [...this.running].filter(({ hasListened }) => hasListened);
    // Nobody knows the others yet.
    for (const worker of this.running) if (!serving.includes(worker)) worker.kill();
    const drained = await this.drain(serving);
    const clean = await within(CLOSE_MS, this.close(drained)).catch(() => {
      this.logger.error(`Not all workers ended within ${CLOSE_MS} ms: a database or a disk does not answer.`);
      return false;
    });
    this.kill();
    return clean && drained.length === serving.length;
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const worker of this.running) worker.kill();
  }

  private fork(args: string[] = []): WorkerProcess {
    const worker = new WorkerProcess(this.variables, args, (from, own) =>
      this.reports.exchange(from, own, this.othersThan(from)),
    );
    this.running.add(worker);
    void worker.ended.then(() => {
      this.running.delete(worker);
      this.reports.remove(worker);
      if (this.leader === worker) this.leader = undefined;
      this.appoint();
    });
    worker.listening.then(
      () => this.appoint(),
      () => undefined,
    );
    return worker;
  }

  /** Sees to it that one worker does what is to be done once. */
  private appoint(): void {
    if (this.leader || !this.started || this.isStopping) return;
    this.leader = [...this.running].find(({ hasListened }) => hasListened);
    this.leader?.ask('lead').catch(() => undefined);
  }

  private othersThan(worker: WorkerProcess): WorkerProcess[] {
    return [...this.running].filter((other) => other !== worker && other.hasListened);
  }

  /** Resolves when this worker, or the first that could start in its place, listens; replaces it whenever it ends. */
  private keep(worker: WorkerProcess): Promise<void> {
    return new Promise((resolve) => void this.replaceForEver(worker, resolve));
  }

  private async replaceForEver(first: WorkerProcess, onListening: () => void): Promise<void> {
    let worker = first;
    for (let deaths = 1; ; deaths += 1) {
      worker.listening.then(onListening, () => undefined);
      const ending = await worker.ended;
      if (this.isStopping) return;
      if (!worker.hasListened && this.running.size === 0) {
        this.abandon(ending.reason);
        return;
      }
      if (ending.uptimeMs > LONG_LIFE_MS) deaths = 0;
      if (!(await this.pause(ending, deaths))) return;
      worker = this.fork();
    }
  }

  /** Resolves to whether another worker is still wanted. */
  private async pause({ reason }: Ending, deaths: number): Promise<boolean> {
    const milliseconds = deaths === 0 ? 0 : Math.min(SHORTEST_PAUSE_MS * 2 ** (deaths - 1), LONGEST_PAUSE_MS);
    this.logger.error(`A worker is gone, and another one starts in ${milliseconds} ms: ${reason}`);
    const { signal } = this.stopping;
    await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }

  private async drain(workers: WorkerProcess[]): Promise<WorkerProcess[]> {
    const drained = await Promise.allSettled(
      workers.map(async (worker) => {
        await within(this.drainMs + ANSWER_MS + LATE_MS, worker.ask('drain'));
        return worker;
      }),
    );
    return drained.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  }

  /** @returns whether all have ended by themselves. */
  private async close(workers: WorkerProcess[]): Promise<boolean> {
    if (this.started) await workers[0]?.ask('recordStop').catch(() => undefined);
    const endings = await Promise.all(
      workers.map((worker) => {
        worker.ask('end').catch(() => undefined);
        return worker.ended;
      }),
    );
    return endings.every(({ clean }) => clean);
  }

  /** Ends workers that are frozen: they would keep what they were handed, and never end. */
  private look(): void {
    for (const worker of this.running) {
      if (worker.look() < MOST_SILENT_LOOKS) continue;
      this.logger.error('A worker is frozen, and is killed.');
      worker.kill();
    }
  }
}
