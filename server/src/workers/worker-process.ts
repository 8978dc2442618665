import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../cli/exit.js';
import type { MetricsReport } from '../metrics/metrics.service.js';
import { Channel } from './channel.js';
import type { MainDuties, WorkerDuties } from './duties.js';

const SCRIPT = fileURLToPath(new URL('./worker.js', import.meta.url));

/** How a worker ended. */
export interface Ending {
  /** In one line, for people. */
  reason: string;
  /** It was asked to end, and did. */
  clean: boolean;
  uptimeMs: number;
}

/** A worker as the main process sees it. It begins to start at once. */
export class WorkerProcess {
  /** Resolves to the URL once it listens. Rejects if it ends before, saying why. */
  readonly listening: Promise<string>;
  readonly ended: Promise<Ending>;
  /** Whether it has ever listened, and may be asked. */
  hasListened = false;

  private readonly worker: Worker;
  private readonly channel: Channel<WorkerDuties, MainDuties>;
  private readonly startedAt = performance.now();
  private failure: string | undefined;
  private looks = 0;

  constructor(
    variables: NodeJS.ProcessEnv,
    args: string[],
    exchangeReports: (from: WorkerProcess, own: MetricsReport) => Promise<MetricsReport[]>,
  ) {
    // Metrics may be infinite or no number, which JSON cannot say.
    cluster.setupPrimary({ exec: SCRIPT, args, serialization: 'advanced' });
    const worker = cluster.fork(variables);
    this.worker = worker;
    this.ended = this.end();
    let listens: (url: string) => void;
    this.listening = new Promise((resolve, reject) => {
      listens = resolve;
      void this.ended.then(({ reason }) => reject(new Error(reason)));
    });
    // Whoever waits for its end learns of this as well.
    this.listening.catch(() => undefined);
    const duties: MainDuties = {
      listening: (url) => {
        this.hasListened = true;
        listens(url);
      },
      failed: (reason) => {
        this.failure = reason;
        this.kill();
      },
      exchangeReports: (own) => exchangeReports(this, own),
    };
    this.channel = new Channel(
      { send: (message, sent) => worker.send(message as object, undefined, sent), on: worker.on.bind(worker) },
      duties,
      messageOf,
    );
    void this.ended.then(({ reason }) => this.channel.break(reason));
  }

  /** Asks it to do something. @throws {Error} saying why, if it could not or ended before it had. */
  readonly ask: Channel<WorkerDuties, MainDuties>['ask'] = (duty, ...details) => this.channel.ask(duty, ...details);

  /** Asks a worker that listens whether it is alive. @returns how many times in a row it has not answered that before. */
  look(): number {
    if (!this.hasListened) return 0;
    const silent = this.looks;
    this.looks += 1;
    this.ask('isAlive').then(
      () => (this.looks = 0),
      () => undefined,
    );
    return silent;
  }

  /** Ends it at once, whatever it is doing. */
  kill(): void {
    // It is given no connection any more, which nobody would answer, before its end is noticed.
    this.worker.disconnect();
    this.worker.process.kill('SIGKILL');
  }

  private end(): Promise<Ending> {
    return new Promise((resolve) => {
      const settle = (how: string, clean = false): void =>
        resolve({ reason: this.failure ?? how, clean, uptimeMs: performance.now() - this.startedAt });
      this.worker.on('exit', (code: number | null, signal: string | null) => {
        const end = () => settle(signal ? `It was ended by ${signal}` : `It ended with exit code ${code}`, code === 0);
        // Until then it may still be given connections, which nobody answers.
        if (this.worker.isConnected()) this.worker.once('disconnect', end);
        else end();
      });
      // Without a process there is no exit. One that cannot be sent to is about to have one.
      this.worker.on('error', (error) => {
        if (this.worker.process.pid === undefined) settle(messageOf(error));
      });
    });
  }
}
