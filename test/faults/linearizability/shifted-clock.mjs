import { readFileSync } from 'node:fs';

/**
 * Preloaded into an instance (`node --import`), shifts its wall clock: on SIGUSR2 by the milliseconds that are in the
 * file `clock-offset` of its folder. That is all of `Date`, for the service and every library in it. It is not the
 * monotonic clock (`performance.now`, `process.hrtime`), which no step of a wall clock moves; nor timers, which run on
 * the monotonic clock; nor the clock of the database.
 */
const TrueDate = Date;
let offset = 0;

class ShiftedDate extends TrueDate {
  /** @param {any[]} parts */
  constructor(...parts) {
    // @ts-expect-error -- passed on as they came
    super(...(parts.length === 0 ? [TrueDate.now() + offset] : parts));
  }

  /** @override */
  static now() {
    return TrueDate.now() + offset;
  }
}

globalThis.Date = /** @type {DateConstructor} */ (
  // `Date()` without `new` gives a text.
  new Proxy(ShiftedDate, { apply: () => new ShiftedDate().toString() })
);

process.on('SIGUSR2', () => {
  offset = Number(readFileSync('clock-offset', 'utf8'));
  process.stdout.write(`Clock moved by ${offset} ms\n`);
});
