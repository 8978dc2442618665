import type { Random } from '../faults/random.js';

/** Times in microseconds, by class. */
export type Times = Record<string, number[]>;

const WARM_UP = 200;

/**
 * Times the probe on the inputs of each class, `count` times each, one after another, and all classes in one random
 * order: whatever else the machine does meets them alike. Begins with some that are not timed.
 */
export async function measure<Input>(
  probe: (input: Input) => unknown,
  classes: Record<string, readonly Input[]>,
  count: number,
  random: Random,
): Promise<Times> {
  const inputs = Object.values(classes);
  const times = inputs.map(() => new Float64Array(count));
  await run(probe, inputs, shuffled(inputs.length, WARM_UP, random), () => undefined);
  const taken = inputs.map(() => 0);
  await run(probe, inputs, shuffled(inputs.length, count, random), (at, time) => {
    times[at]![taken[at]!++] = time;
  });
  return Object.fromEntries(Object.keys(classes).map((name, at) => [name, [...times[at]!]]));
}

async function run<Input>(
  probe: (input: Input) => unknown,
  inputs: readonly (readonly Input[])[],
  order: Uint8Array,
  note: (at: number, time: number) => void,
): Promise<void> {
  const next = inputs.map(() => 0);
  for (const at of order) {
    const pool = inputs[at]!;
    const input = pool[next[at]!++ % pool.length]!;
    const begin = performance.now();
    await probe(input);
    note(at, (performance.now() - begin) * 1000);
  }
}

/** Each number below `classes`, `count` times, in random order. */
function shuffled(classes: number, count: number, random: Random): Uint8Array {
  const order = Uint8Array.from({ length: classes * count }, (_, at) => at % classes);
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/** Keeps the processor busy. */
export function spin(microseconds: number): void {
  const end = performance.now() + microseconds / 1000;
  while (performance.now() < end);
}
