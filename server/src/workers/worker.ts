import { Logger } from '@nestjs/common';
import { createService, servingOptions, type Service } from '../app.setup.js';
import { messageOf } from '../cli/exit.js';
import { readEnvironment } from '../config/environment.js';
import { lead, listen, recordStart, recordStop } from '../serving/lifecycle.js';
import { Metrics } from '../metrics/metrics.service.js';
import { Channel } from './channel.js';
import { ACCEPT_RESTORED, type MainDuties, type WorkerDuties } from './duties.js';
import { within } from './within.js';

const EXCHANGE_MS = 2000;

/** A process that serves on a port together with others. Once it listens, it does what the main process asks of it. */
class Worker implements WorkerDuties {
  private readonly logger = new Logger('Latchkey');
  private service: Service | undefined;

  /** Listens, or fails, and tells the main process. */
  async start(): Promise<void> {
    try {
      await main.ask('listening', await this.listen());
    } catch (error) {
      await main.ask('failed', messageOf(error));
    }
  }

  readonly recordStart = (workers: number): Promise<void> =>
    recordStart(this.running, this.logger, [{ field: 'workers', before: null, after: workers }]);

  readonly lead = (): void => lead(this.running, environment);

  readonly drain = (): Promise<void> => this.running.drain.stop(environment.drainMs);

  readonly isAlive = (): void => undefined;

  readonly recordStop = (): Promise<void> => recordStop(this.running, this.logger);

  readonly end = async (): Promise<never> => {
    await this.running.app.close();
    process.exit(0);
  };

  readonly report = (): ReturnType<Metrics['report']> => this.metrics.report();

  private async listen(): Promise<string> {
    this.service = await createService(
      environment,
      servingOptions(environment, process.argv.includes(ACCEPT_RESTORED)),
    );
    this.metrics.joinWith({ exchange: (own) => within(EXCHANGE_MS, main.ask('exchangeReports', own)) });
    return listen(this.service, environment);
  }

  private get metrics(): Metrics {
    return this.running.app.get(Metrics, { strict: false });
  }

  private get running(): Service {
    if (!this.service) throw new Error('This worker does not serve yet');
    return this.service;
  }
}

// A terminal and most supervisors signal all processes of the service. It is the main process that stops the workers.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

const environment = readEnvironment(process.env);
const worker = new Worker();
const main: Channel<MainDuties, WorkerDuties> = new Channel(
  { send: (message, sent) => process.send?.(message, undefined, undefined, sent), on: process.on.bind(process) },
  worker,
  messageOf,
);
await worker.start();
