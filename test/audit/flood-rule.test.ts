import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Attempt } from '../../src/refused-attempts/attempt.js';
import { BoundedCounts } from '../../src/refused-attempts/bounded-counts.js';
import { FloodRule } from '../../src/refused-attempts/flood-rule.js';

const some = (...names: string[]) => fc.constantFrom(...names);

const attempts = fc.array(
  fc.record({
    kind: some('a', 'b'),
    source: some('s', 't', 'u'),
    aim: some('x', 'y'),
    type: some('anonymous', 'apikey'),
    refusedKey: fc.option(some('k', 'l'), { freq: 4 }),
  }),
  { maxLength: 400 },
);

const attempt = (fields: { type: string } & Omit<Attempt, 'actor' | 'event' | 'route' | 'isNotice'>): Attempt => ({
  ...fields,
  actor: { type: fields.type } as Attempt['actor'],
  event: { errorCode: null } as Attempt['event'],
  route: '',
  isNotice: false,
});

describe('FloodRule', () => {
  it('lets through the first ten of each kind, source and aim, and each first of a client with a known key', () => {
    fc.assert(
      fc.property(attempts, (made) => {
        const rule = new FloodRule();
        rule.startMinute(0);
        const windows = new Map<string, number>();
        const firsts = new Set<string>();
        for (const fields of made) {
          const { kind, source, aim, refusedKey } = fields;
          const window = `${kind} ${source} ${aim}`;
          const before = windows.get(window) ?? 0;
          const isFirst = refusedKey !== null && !firsts.has(`${refusedKey} ${source}`);
          if (isFirst) firsts.add(`${refusedKey} ${source}`);
          const isTaken = rule.take(attempt(fields), 1) !== undefined;
          expect(isTaken).toBe(isFirst || before < 10);
          if (isTaken) windows.set(window, before + 1);
        }
      }),
    );
  });

  it('never lets through more than its budgets, whatever comes', () => {
    const rule = new FloodRule();
    rule.startMinute(0);
    let anonymous = 0;
    let callers = 0;
    for (let at = 0; at < 20_000; at += 1) {
      const fields = { kind: 'a', source: `s${at % 40}`, aim: `x${at}`, refusedKey: null };
      if (rule.take(attempt({ ...fields, type: 'anonymous' }), 1)) anonymous += 1;
      if (rule.take(attempt({ ...fields, type: 'apikey' }), 1)) callers += 1;
    }
    expect([anonymous, callers]).toEqual([600, 6000]);
  });

  it('has a thousand clients of a key and day', () => {
    const rule = new FloodRule();
    rule.startMinute(0);
    const take = (refusedKey: string, at: number, now = 1) =>
      rule.take(attempt({ kind: 'a', source: `s${at}`, aim: 'x', type: 'anonymous', refusedKey }), now);
    // What is left to anonymous callers is gone, and only firsts come through.
    for (let at = 0; at < 600; at += 1)
      rule.take(attempt({ kind: 'b', source: `s${at}`, aim: 'x', type: 'anonymous', refusedKey: null }), 1);
    const taken = Array.from({ length: 1500 }, (_, at) => take('k', at)).filter(Boolean);
    expect(taken).toHaveLength(1000);
    expect(take('l', 1200)).toBeDefined();
    expect(take('k', 0)).toBeUndefined();
    expect(take('k', 0, 86_400_000)).toBeDefined();
  });

  it('a place that is given back is free again', () => {
    const rule = new FloodRule();
    rule.startMinute(0);
    const first = attempt({ kind: 'a', source: 's', aim: 'x', type: 'anonymous', refusedKey: 'k' });
    const rest = { ...first, refusedKey: null };
    rule.take(first, 1)!.giveBack();
    const places = Array.from({ length: 10 }, () => rule.take(rest, 1));
    expect(places.every(Boolean)).toBe(true);
    expect(rule.take(rest, 1)).toBeUndefined();
    places[3]!.giveBack();
    expect(rule.take(rest, 1)).toBeDefined();
    expect(rule.take(rest, 1)).toBeUndefined();
    expect(rule.take(first, 1)).toBeDefined();
  });
});

describe('BoundedCounts', () => {
  it('loses no count, and names at most fifty, the highest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 1000 }), (names) => {
        const counts = new BoundedCounts();
        for (const name of names) counts.add(String(name));
        const { named, others } = counts.ranking();
        expect(named.length).toBeLessThanOrEqual(50);
        expect(named.map(({ count }) => count)).toEqual(named.map(({ count }) => count).sort((a, b) => b - a));
        expect(named.reduce((sum, { count }) => sum + count, others)).toBe(names.length);
      }),
    );
  });
});
