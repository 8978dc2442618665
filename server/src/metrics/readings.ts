import { Counter, Gauge, type Aggregator, type Histogram as ClientHistogram, type Registry } from 'prom-client';
import type { Histogram } from 'latchkey/internal/kernel/histogram';

type Labels = Record<string, string>;

/** A number, and the labels that tell it from others of the same name. */
export interface Reading {
  labels: Labels;
  value: number;
}

/** A histogram, and the labels that tell it from others of the same name. */
export interface LabelledHistogram {
  labels: Labels;
  histogram: Histogram;
}

/** What a metric is called and means. */
export interface Description {
  name: `latchkey_${string}`;
  help: string;
  labelNames?: readonly string[];
  /** What becomes of it where several workers have one each: the sum unless this says otherwise. */
  aggregator?: Aggregator;
}

/** Adds a counter. Its values are read when somebody asks for them, so that counting costs what the counter likes. */
export function addCounter(registry: Registry, description: Description, read: () => Reading[]): void {
  new Counter({
    ...description,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of read()) this.inc(labels, value);
    },
  });
}

/** Adds a gauge. Its value is read when somebody asks for it; undefined: there is none yet. */
export function addGauge(registry: Registry, description: Description, read: () => number | undefined): void {
  new Gauge({
    ...description,
    registers: [registry],
    collect() {
      const value = read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}

/** Adds a histogram. Its buckets are read when somebody asks for them. */
export function addHistogram(
  registry: Registry,
  { name, help, aggregator = 'sum' }: Description,
  read: () => LabelledHistogram[],
): void {
  const get = () => ({
    name,
    help,
    type: 'histogram',
    aggregator,
    values: read().flatMap((one) => seriesOf(name, one)),
  });
  // A registry takes whatever tells its values; only its types insist on one that has observed them itself.
  registry.registerMetric({ name, get } as unknown as ClientHistogram);
}

function seriesOf(name: string, { labels, histogram: { bounds, counts, sum } }: LabelledHistogram) {
  let total = 0;
  const buckets = counts.map((count, at) => {
    total += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[at] ?? '+Inf' }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
