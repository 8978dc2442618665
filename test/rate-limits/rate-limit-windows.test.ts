import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RateLimitWindows } from '../../src/rate-limits/rate-limit-windows.js';

const WINDOW_MS = 1000;

interface Step {
  key: string;
  limit: number;
  cost: number;
  afterMs: number;
}

const step = fc.record<Step>({
  key: fc.constantFrom('a', 'b', 'c'),
  limit: fc.integer({ min: 1, max: 12 }),
  cost: fc.integer({ min: 1, max: 6 }),
  afterMs: fc.constantFrom(0, 0, 0, 1, 300, 999, 1000, 1001),
});

describe('RateLimitWindows', () => {
  it('takes what fits into the running window and nothing else, whatever the limit was before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const windows = new RateLimitWindows();
        const model = new Map<string, { used: number; endsAt: number }>();
        let now = 0;
        for (const { key, limit, cost, afterMs } of steps) {
          now += afterMs;
          const running = model.get(key);
          const isRunning = running !== undefined && running.endsAt > now;
          const used = isRunning ? running.used : 0;
          const isTaken = used + cost <= limit;
          const endsAt = isRunning ? running.endsAt : now + WINDOW_MS;
          if (isTaken) model.set(key, { used: used + cost, endsAt });
          expect(windows.take(key, { limit, windowMs: WINDOW_MS, cost }, now)).toEqual({
            isTaken,
            used: isTaken ? used + cost : used,
            endsInMs: endsAt - now,
          });
        }
      }),
    );
  });

  it('holds at most twice the windows that run, and drops none of them for other keys', () => {
    const windows = new RateLimitWindows();
    const one = { limit: 1, windowMs: 60_000, cost: 1 };
    windows.take('kept', one, 0);
    for (let at = 0; at < 100_000; at += 1) windows.take(`brief ${at}`, { ...one, windowMs: 1 }, at / 10);
    expect(windows.size).toBeLessThan(2100);
    expect(windows.take('kept', one, 59_999)).toEqual({ isTaken: false, used: 1, endsInMs: 1 });
    expect(windows.take('kept', one, 60_000)).toMatchObject({ isTaken: true });
  });

  it('drops those that have ended once they may be half of a thousand or more, and looks for them seldom', () => {
    const windows = new RateLimitWindows();
    const one = { limit: 1, windowMs: 1, cost: 1 };
    const take = (count: number, windowMs: number, now: number): number => {
      for (let at = 0; at < count; at += 1) windows.take(`${now} ${windowMs} ${at}`, { ...one, windowMs }, now);
      return windows.size;
    };
    expect(take(999, 1, 0)).toBe(999);
    expect(take(1, 60_000, 1)).toBe(1);
    expect(take(999, 60_000, 2)).toBe(1000);
    expect(take(500, 1, 3)).toBe(1500);
    expect(take(1, 60_000, 4)).toBe(1501);
    expect(take(499, 60_000, 5)).toBe(1500);
  });

  it('refuses for a window that is counted elsewhere, for as long as that runs', () => {
    const windows = new RateLimitWindows();
    windows.note('key', 3, 1000, 0);
    windows.note('key', 2, 1000, 10);
    expect(windows.refusalOf('key', { limit: 3, cost: 1 }, 999)).toEqual({ isTaken: false, used: 3, endsInMs: 1 });
    expect(windows.refusalOf('key', { limit: 4, cost: 1 }, 999)).toBeUndefined();
    expect(windows.refusalOf('key', { limit: 3, cost: 1 }, 1000)).toBeUndefined();
    windows.note('key', 9, 900, 1000);
    expect(windows.refusalOf('key', { limit: 3, cost: 1 }, 1000)).toBeUndefined();
    windows.note('key', 9, 2000, 1000);
    windows.note('key', 11, 2000, 1001);
    expect(windows.refusalOf('key', { limit: 10, cost: 1 }, 1001)).toMatchObject({ used: 11 });
    windows.note('ended', 9, 1001, 1001);
    expect(windows.size).toBe(1);
  });
});
