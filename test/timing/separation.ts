import { compareRanks } from '../support/rank-test.js';
import type { Times } from './measure.js';

/** How often a run in which no time tells anything fails all the same. */
const FALSE_ALARMS = 0.001;

/**
 * Which classes are told from the first by their times; shows all on stderr.
 *
 * The measured order is random, so if the class has no part in the time, every way of giving the times to the classes was
 * equally probable: that, and no assumption about noise, is what the rank test asks for. Noise, drift and pauses make it
 * see less, not more. So told apart is what differs by more than chance, and by more than `tolerated`, where chance alone
 * fails one whole run in a thousand (each of its comparisons at a thousandth of that number of comparisons: Bonferroni).
 *
 * How small a difference is seen depends on the number of samples: with n of each class an effect 4 / √(6n) from 0.5, at
 * 10,000 that is 0.016, which is a shift by about a twentieth of the spread.
 *
 * @param comparisons how many the whole run makes
 * @param tolerated how far the medians may be apart, in microseconds
 */
export function separations(title: string, times: Times, comparisons: number, tolerated = 0): string[] {
  const [[baseline, reference] = ['', []], ...others] = Object.entries(times);
  const separated: string[] = [];
  write(`\n${title} (µs: 10 %, median, 90 %; effect, p against the first)\n${line(baseline, reference)}\n`);
  for (const [name, sample] of others) {
    const { effect, p } = compareRanks(reference, sample);
    const isSeparated = p < FALSE_ALARMS / comparisons && Math.abs(medianOf(sample) - medianOf(reference)) > tolerated;
    if (isSeparated) separated.push(name);
    write(`${line(name, sample)}  ${effect.toFixed(4)}  ${p.toExponential(1)}${isSeparated ? '  SEPARATED' : ''}\n`);
  }
  return separated;
}

function medianOf(sample: readonly number[]): number {
  return Float64Array.from(sample).sort()[sample.length >> 1] ?? 0;
}

function line(name: string, sample: readonly number[]): string {
  const sorted = Float64Array.from(sample).sort();
  const quantiles = [0.1, 0.5, 0.9].map((part) =>
    (sorted[Math.floor(part * sorted.length)] ?? 0).toFixed(1).padStart(9),
  );
  return `  ${name.padEnd(28)}${String(sample.length).padStart(7)}${quantiles.join('')}`;
}

function write(text: string): void {
  process.stderr.write(text);
}
