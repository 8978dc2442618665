import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkHistory } from '../faults/linearizability/check-history.js';
import type { Change, Facet, History, Verification } from '../faults/linearizability/history.js';

const KEY = 'key/exists';
const READ = 'key/orders:read';
const WRITE = 'key/orders:write';

const closes = (facet: Facet, start: number, end: number): Change => change([], [facet], start, end);
const opens = (facet: Facet, start: number, end: number): Change => change([facet], [], start, end);
const accepted = (start: number, end: number, open: Facet[] = [KEY], without: Facet[] = []): Verification => ({
  what: 'accepted',
  start,
  end,
  open,
  closed: without.map((facet) => [facet]),
});
const refused = (start: number, end: number, ...because: Facet[]): Verification => ({
  what: 'refused',
  start,
  end,
  open: [],
  closed: [because.length > 0 ? because : [KEY]],
});

function change(open: Facet[], closed: Facet[], start: number, end: number): Change {
  return { what: closed.length > 0 ? 'close' : 'open', start, end, opens: open, closes: closed };
}

function kindsIn(changes: Change[], verifications: Verification[], settleMs = 0): string[] {
  return checkHistory({ changes, verifications }, { settleMs }).map(({ kind }) => kind);
}

describe('checkHistory', () => {
  it('accepts keys that nothing happened to, and refusals after a deletion', () => {
    const seen = [accepted(0, 1), accepted(9, 10), refused(21, 22), refused(30, 31)];
    expect(kindsIn([closes(KEY, 10, 20)], seen)).toEqual([]);
  });

  it('lets a verification that overlaps the deletion go either way', () => {
    for (const [start, end] of [
      [9, 12],
      [12, 15],
      [15, 40],
      [5, 40],
      [20, 25],
    ] as const) {
      expect(kindsIn([closes(KEY, 10, 20)], [accepted(start, end)])).toEqual([]);
      expect(kindsIn([closes(KEY, 10, 20)], [refused(start, end)])).toEqual([]);
    }
  });

  it('finds an acceptance that began after an acknowledged deletion', () => {
    expect(kindsIn([closes(KEY, 10, 20)], [accepted(20.1, 21)])).toEqual(['stale']);
    expect(kindsIn([closes(KEY, 10, Infinity), closes(KEY, 15, 20)], [accepted(21, 90)])).toEqual(['stale']);
  });

  it('finds the refusal of a key that nothing was begun on, or only later', () => {
    expect(kindsIn([], [refused(1, 2)])).toEqual(['refused']);
    expect(kindsIn([closes(KEY, 10, 20)], [refused(1, 9)])).toEqual(['refused']);
    expect(kindsIn([closes('other/exists', 0, 1)], [refused(5, 6)])).toEqual(['refused']);
  });

  it('finds more permissions than are left, and fewer than there are', () => {
    const narrowed = [closes(WRITE, 10, 20)];
    expect(kindsIn(narrowed, [accepted(21, 22, [KEY, READ], [WRITE])])).toEqual([]);
    expect(kindsIn(narrowed, [accepted(21, 22, [KEY, READ, WRITE])])).toEqual(['stale']);
    expect(kindsIn(narrowed, [accepted(21, 22, [KEY, WRITE], [READ])])).toEqual(['stale', 'refused']);
  });

  it('finds a lost change back', () => {
    const enabledAgain = [closes(KEY, 10, 20), opens(KEY, 30, 40)];
    expect(kindsIn(enabledAgain, [refused(21, 29), refused(35, 45), accepted(35, 45), accepted(41, 42)])).toEqual([]);
    expect(kindsIn(enabledAgain, [refused(41, 42)])).toEqual(['refused']);
    expect(kindsIn([...enabledAgain, closes(KEY, 50, 60)], [accepted(61, 62)])).toEqual(['stale']);
  });

  it('lets a change of unknown outcome take effect late or never', () => {
    const unknown = [closes(KEY, 10, Infinity)];
    expect(kindsIn(unknown, [accepted(50, 51), accepted(90, 91)])).toEqual([]);
    expect(kindsIn(unknown, [accepted(50, 51), refused(90, 91)])).toEqual([]);
    expect(kindsIn([...unknown, opens(KEY, 20, 30)], [accepted(31, 32), refused(90, 91)])).toEqual([]);
    expect(kindsIn(unknown, [refused(1, 9)])).toEqual(['refused']);
  });

  it('finds that a change of unknown outcome was seen and is gone again', () => {
    const unknown = [closes(KEY, 10, Infinity)];
    expect(kindsIn(unknown, [refused(50, 51), accepted(52, 53)])).toEqual(['stale']);
    expect(kindsIn([...unknown, closes(KEY, 15, Infinity)], [refused(50, 51), accepted(52, 53)])).toEqual(['stale']);
    expect(kindsIn([...unknown, opens(KEY, 60, 70)], [refused(50, 51), accepted(72, 73), refused(80, 81)])).toEqual([
      'refused',
    ]);
  });

  it('gives those that have not seen an unacknowledged change yet so much time, and no more', () => {
    const unknown = [closes(KEY, 10, Infinity)];
    const seen = [refused(50, 51), accepted(52, 53), accepted(71, 72), refused(90, 91)];
    expect(kindsIn(unknown, seen, 20)).toEqual([]);
    expect(kindsIn(unknown, [...seen, accepted(71.5, 72)], 20)).toEqual(['stale']);
    expect(kindsIn([closes(KEY, 10, 60)], [...seen.slice(0, 2), accepted(61, 62)], 20)).toEqual(['stale']);
  });

  it('holds an answer without a reason against everything that it may be about', () => {
    const disabled = [closes('key/enabled', 10, 20)];
    expect(kindsIn(disabled, [refused(21, 22, KEY, 'key/enabled')])).toEqual([]);
    expect(kindsIn(disabled, [refused(21, 22, KEY, WRITE)])).toEqual(['refused']);
    expect(kindsIn(disabled, [refused(1, 9, KEY, 'key/enabled')])).toEqual(['refused']);
  });

  it('holds a permission of a role against every key that has it', () => {
    const role = 'role/orders:write';
    const narrowed = [closes(role, 10, 20)];
    expect(kindsIn(narrowed, [accepted(21, 22, ['a/exists', role]), accepted(21, 22, ['b/exists', role])])).toEqual([
      'stale',
      'stale',
    ]);
  });

  it('names what was seen, and all that was done', () => {
    const changes = [closes(KEY, 10, 20), closes('other/exists', 1, 2)];
    const verification = accepted(30, 31);
    expect(checkHistory({ changes, verifications: [verification] }, { settleMs: 0 })).toEqual([
      { kind: 'stale', facets: [KEY], verification, changes: [changes[0]] },
    ]);
  });

  describe('on histories of one facet, held against trying every order', () => {
    const interval = fc.tuple(fc.nat(14), fc.nat(8)).map(([start, length]) => ({ start, end: start + length }));
    const aChange = fc.tuple(interval, fc.boolean(), fc.boolean()).map(([{ start, end }, value, known]) => {
      const finish = known ? end : Infinity;
      return value ? opens(KEY, start, finish) : closes(KEY, start, finish);
    });
    const aVerification = fc
      .tuple(interval, fc.boolean())
      .map(([{ start, end }, value]) => (value ? accepted(start, end) : refused(start, end)));
    const history = fc.record({
      changes: fc.array(aChange, { maxLength: 4 }),
      verifications: fc.array(aVerification, { minLength: 1, maxLength: 4 }),
    });

    it('with time to settle, finds exactly the verifications that fit into no order of the changes', () => {
      fc.assert(
        fc.property(history, ({ changes, verifications }) => {
          const found = checkHistory({ changes, verifications }, { settleMs: Infinity });
          const wrong = verifications.filter((one) => !isLinearizable({ changes, verifications: [one] }));
          expect(new Set(found.map(({ verification }) => verification))).toEqual(new Set(wrong));
        }),
        { numRuns: 3000 },
      );
    });

    it('without, finds nothing where all of them fit into one order', () => {
      let linearizable = 0;
      fc.assert(
        fc.property(history, (one) => {
          if (!isLinearizable(one)) return;
          linearizable += 1;
          expect(checkHistory(one, { settleMs: 0 })).toEqual([]);
        }),
        { numRuns: 5000 },
      );
      expect(linearizable).toBeGreaterThan(500);
    });
  });

  describe('on histories of three instances that keep the promise', () => {
    it('finds nothing', () => {
      fc.assert(
        fc.property(kept, (one) => {
          expect(checkHistory(one, { settleMs: 0 })).toEqual([]);
        }),
      );
    });

    it('finds one answer turned around long after the last change', () => {
      fc.assert(
        fc.property(kept, fc.nat(), (one, at) => {
          const last = Math.max(0, ...one.changes.filter(({ end }) => end < Infinity).map(({ end }) => end));
          const settled = one.verifications.filter(
            ({ start, open, closed }) =>
              start > last &&
              isCertain(one, [...open, ...closed.flat()]) &&
              closed.flat().every((facet) => isOver(one, facet, true)) &&
              open.every((facet) => isOver(one, facet, false)),
          );
          fc.pre(settled.length > 0);
          const turned = settled[at % settled.length]!;
          const around = { ...turned, open: turned.closed.flat(), closed: turned.open.map((facet) => [facet]) };
          const verifications = one.verifications.map((verification) =>
            verification === turned ? around : verification,
          );
          const found = checkHistory({ ...one, verifications }, { settleMs: Infinity });
          expect(found.map(({ verification }) => verification)).toEqual([around]);
        }),
        { numRuns: 1000 },
      );
    });
  });
});

/** Tries every order: each operation at one moment of its interval, those of unknown outcome also never. */
function isLinearizable({ changes, verifications }: History): boolean {
  const place = (left: readonly Change[], unseen: readonly Verification[], open: boolean): boolean => {
    if (unseen.length === 0) return true;
    const nextEnd = Math.min(...[...left, ...unseen].map(({ end }) => end));
    return (
      unseen.some(
        (one) =>
          one.start <= nextEnd &&
          open === one.open.length > 0 &&
          place(
            left,
            unseen.filter((other) => other !== one),
            open,
          ),
      ) ||
      left.some(
        (one) =>
          one.start <= nextEnd &&
          place(
            left.filter((other) => other !== one),
            unseen,
            one.opens.length > 0,
          ),
      )
    );
  };
  return place(changes, verifications, true);
}

/** Whether no change of unknown outcome is about any of these. */
function isCertain({ changes }: History, facets: readonly Facet[]): boolean {
  return changes.every(
    ({ end, opens: opened, closes: closed }) =>
      end < Infinity || ![...opened, ...closed].some((facet) => facets.includes(facet)),
  );
}

/** Whether another change certainly came after everything that made the facet so: of two at once, either may be the last. */
function isOver({ changes }: History, facet: Facet, open: boolean): boolean {
  const about = changes.filter(({ opens: opened, closes: closed }) => [...opened, ...closed].includes(facet));
  const latest = Math.max(-Infinity, ...about.map(({ start }) => start));
  const made = about.filter(({ opens: opened }) => opened.includes(facet) === open).map(({ end }) => end);
  return [...made, ...(open ? [-Infinity] : [])].every((end) => end < latest);
}

/** Runs steps in order, each in force at one moment, and gives every operation an interval around its own. */
const kept: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      facet: fc.constantFrom(KEY, READ, WRITE),
      act: fc.constantFrom('close', 'open', 'verify', 'verify', 'verify'),
      before: fc.nat(20),
      after: fc.nat(20),
      outcome: fc.constantFrom('known', 'known', 'known', 'unknown', 'lost'),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    const shut = new Set<Facet>();
    const changes: Change[] = [];
    const verifications: Verification[] = [];
    steps.forEach(({ facet, act, before, after, outcome }, moment) => {
      const start = moment * 3 - before;
      const end = moment * 3 + after;
      if (act === 'verify') {
        verifications.push(shut.has(facet) ? refused(start, end, facet) : accepted(start, end, [facet]));
        return;
      }
      const finish = outcome === 'known' ? end : Infinity;
      changes.push(act === 'open' ? opens(facet, start, finish) : closes(facet, start, finish));
      if (outcome === 'lost') return;
      if (act === 'open') shut.delete(facet);
      else shut.add(facet);
    });
    return { changes, verifications };
  });
