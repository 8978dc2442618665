import type { MetricsReport } from '../metrics/metrics.service.js';

/** By this argument a worker accepts a restored database. */
export const ACCEPT_RESTORED = '--accept-restored';

/** What a worker that listens does when the main process asks it to. */
export interface WorkerDuties {
  /** Puts the start of the service, with this many workers, on the trail. */
  recordStart: (workers: number) => Promise<void>;
  /** Begins what one worker does for all. */
  lead: () => void;
  /** Answers at once: the worker is not frozen. */
  isAlive: () => void;
  /** Is not ready but serves for the time to drain, stops listening, and resolves when all is answered. */
  drain: () => Promise<void>;
  /** Puts the end of the service on the trail. */
  recordStop: () => Promise<void>;
  /** Ends the process instead of answering. */
  end: () => Promise<never>;
  /** Its own metrics. */
  report: () => Promise<MetricsReport>;
}

/** What the main process does when a worker asks it to. */
export interface MainDuties {
  /** Notes that the worker listens. */
  listening: (url: string) => void;
  /** Notes why the worker cannot start, and ends it. */
  failed: (reason: string) => void;
  /** Takes the worker's own metrics and resolves to those of all others. */
  exchangeReports: (own: MetricsReport) => Promise<MetricsReport[]>;
}
