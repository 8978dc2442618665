import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SYSTEM_TIME, type Time } from '../../src/kernel/time.js';
import { Lease, since } from '../../src/revocation/instances/lease.js';

describe('a lease', () => {
  const clocks = () => {
    const at = { monotonic: 5_000_000, date: 1_900_000_000_000 };
    const time: Time = { ...SYSTEM_TIME, monotonic: () => at.monotonic, date: () => Math.floor(at.date) };
    return { at, time };
  };

  it('does not hold before it is renewed, and from then on for its length, counted from before the renewal was sent', () => {
    const { at, time } = clocks();
    const lease = new Lease(2000, time);
    expect(lease.isValid()).toBe(false);

    const moment = lease.moment();
    at.monotonic += 500;
    lease.renew(moment);
    at.monotonic += 1499;
    expect(lease.isValid()).toBe(true);
    at.monotonic += 1;
    expect(lease.isValid()).toBe(false);
  });

  it('ends when it is told to', () => {
    const { time } = clocks();
    const lease = new Lease(2000, time);
    lease.renew(lease.moment());
    expect(lease.isValid()).toBe(true);
    lease.end();
    // In the very millisecond in which it held.
    expect(lease.isValid()).toBe(false);
  });

  it('looks at the monotonic clock once for a hundred answers of a millisecond, and for each of its last two', () => {
    const { time } = clocks();
    let looks = 0;
    const counted = { ...time, monotonic: () => (looks += 1) && 0 };
    const looksFor = (leaseMs: number): number => {
      const lease = new Lease(leaseMs, counted);
      lease.renew(lease.moment());
      looks = 0;
      for (let times = 0; times < 250; times += 1) expect(lease.isValid()).toBe(true);
      return looks;
    };
    expect([looksFor(3), looksFor(2)]).toEqual([3, 250]);
  });

  it('ends with a suspended machine, whose monotonic clock may have stood still', () => {
    const { at, time } = clocks();
    const lease = new Lease(2000, time);
    lease.renew(lease.moment());
    at.date += 3_600_000;
    expect(lease.isValid()).toBe(false);
  });

  it('does not last longer when the time of day is set back', () => {
    const { at, time } = clocks();
    const lease = new Lease(2000, time);
    lease.renew(lease.moment());
    at.date -= 3_600_000;
    expect(lease.isValid()).toBe(true);
    at.monotonic += 2000;
    at.date += 2000;
    expect(lease.isValid()).toBe(false);
  });

  it('holds at each moment exactly as long as both clocks say, whatever they do', () => {
    const { at, time } = clocks();
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 60 }), (steps) => {
        const lease = new Lease(LEASE_MS, time);
        let sent = lease.moment();
        lease.renew(sent);
        for (const { passed, leap, renews } of steps) {
          at.monotonic += passed;
          at.date += passed + leap;
          if (renews) {
            sent = lease.moment();
            lease.renew(sent);
          }
          const isHeld = at.monotonic - sent.at < LEASE_MS && Math.floor(at.date) - sent.date < LEASE_MS;
          expect(lease.isValid()).toBe(isHeld);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('ends for whoever asks in the same turn again and again, however long the process was stopped meanwhile', () => {
    const { at, time } = clocks();
    const lease = new Lease(LEASE_MS, time);
    lease.renew(lease.moment());
    for (let times = 0; times < 1000; times += 1) expect(lease.isValid()).toBe(true);
    at.monotonic += LEASE_MS;
    at.date += LEASE_MS;
    expect(lease.isValid()).toBe(false);
  });

  it('is not prolonged by a time of day that stands still: after 100 answers at most it is over', () => {
    const { at, time } = clocks();
    const lease = new Lease(LEASE_MS, time);
    lease.renew(lease.moment());
    expect(lease.isValid()).toBe(true);
    at.monotonic += LEASE_MS;
    const answers = Array.from({ length: 1000 }, () => lease.isValid());
    expect(answers.filter(Boolean).length).toBeLessThanOrEqual(100);
    expect(answers.lastIndexOf(true)).toBeLessThan(100);
  });

  it('is not prolonged by a time of day that is set back to when an earlier renewal held', () => {
    const { at, time } = clocks();
    const lease = new Lease(LEASE_MS, time);
    const { date } = at;
    lease.renew(lease.moment());
    expect(lease.isValid()).toBe(true);
    at.monotonic += 1;
    at.date += 1;
    lease.renew(lease.moment());
    at.monotonic += LEASE_MS;
    at.date = date;
    expect(lease.isValid()).toBe(false);
  });
});

describe('the time since a moment', () => {
  it.each([
    ['the monotonic clock', 7, 5],
    ['the time of day', 5, 7],
  ])('is that of %s, if it says more', (_, monotonic, date) => {
    const time: Time = { ...SYSTEM_TIME, monotonic: () => 100 + monotonic, date: () => 1000 + date };
    expect(since({ at: 100, date: 1000 }, time)).toBe(7);
  });
});

const LEASE_MS = 20;

/** Time passes, by both clocks; the time of day may leap besides: ahead on waking up, or to wherever somebody sets it. */
const STEP = fc.record({
  passed: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 40 }).map((quarters) => quarters / 4),
  ),
  leap: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 * LEASE_MS }) },
    // Further back than all that passes in a run, so that no millisecond comes a second time.
    { weight: 1, arbitrary: fc.constant(-1_000_000) },
  ),
  renews: fc.integer({ min: 0, max: 9 }).map((digit) => digit === 0),
});
