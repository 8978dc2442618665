import { AggregatorRegistry } from 'prom-client';
import type { MetricsReport } from '../metrics/metrics.service.js';
import { within } from './within.js';
import type { WorkerProcess } from './worker-process.js';

const REPORT_MS = 1000;
const COUNTED = ['counter', 'histogram'];

/**
 * What the workers have told of their metrics. Sums never fall: of a worker that does not answer in time, and of one that
 * is gone, it is remembered what it has last told.
 */
export class WorkerReports {
  private readonly last = new Map<WorkerProcess, MetricsReport>();
  private departed: Promise<MetricsReport> = Promise.resolve([]);

  /** Takes the report of one worker, asks the others for theirs, and resolves to what all but this one have told. */
  async exchange(from: WorkerProcess, own: MetricsReport, others: WorkerProcess[]): Promise<MetricsReport[]> {
    this.last.set(from, own);
    await Promise.allSettled(
      others.map(async (worker) => this.last.set(worker, await within(REPORT_MS, worker.ask('report')))),
    );
    const living = [...this.last].filter(([worker]) => worker !== from).map(([, report]) => report);
    return [...living, await this.departed];
  }

  /** The worker is gone: what it has counted stays, what it had does not. */
  remove(worker: WorkerProcess): void {
    const counted = (this.last.get(worker) ?? []).filter(({ type }) => COUNTED.includes(String(type)));
    this.last.delete(worker);
    this.departed = this.departed.then((earlier) =>
      AggregatorRegistry.aggregate([earlier, counted]).getMetricsAsJSON(),
    );
  }
}
