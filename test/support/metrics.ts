import type { Client } from './client.js';
import { eventually } from './eventually.js';

type Labels = Record<string, string>;

export interface Sample {
  name: string;
  labels: Labels;
  value: number;
}

/** What one scrape has seen. */
export class Scrape {
  constructor(private readonly samples: Sample[]) {}

  /** All samples of the name that have these labels, and perhaps others. */
  all(name: string, labels: Labels = {}): Sample[] {
    const wanted = Object.entries(labels);
    return this.samples.filter(
      (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
    );
  }

  /** The value of the only sample with these labels; 0 if nothing was counted yet. */
  value(name: string, labels: Labels = {}): number {
    const [sample, another] = this.all(name, labels);
    if (another) throw new Error(`There are several ${name} ${JSON.stringify(labels)}.`);
    return sample?.value ?? 0;
  }
}

/** Asks for the metrics, as Prometheus does, until they are made anew: a text is kept for a second. */
export async function scrape(client: Client): Promise<Scrape> {
  const { text: former } = await client.get('//metrics').expect(200);
  const text = await eventually('the metrics are made anew', async () => {
    const latest = await client.get('//metrics').expect(200);
    return latest.text === former ? undefined : latest.text;
  });
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Scrape(lines.map(sampleOf));
}

function sampleOf(line: string): Sample {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) throw new Error(`This is no sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text]);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}
