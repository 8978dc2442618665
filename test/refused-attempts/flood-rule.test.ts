import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Attempt } from '../../src/refused-attempts/attempt.js';
import { BoundedCounts } from '../../src/refused-attempts/bounded-counts.js';
import { FairShares } from '../../src/refused-attempts/fair-shares.js';
import { FloodRule } from '../../src/refused-attempts/flood-rule.js';
import { KnownKeyClients } from '../../src/refused-attempts/known-key-clients.js';
import { SizeRanking } from '../../src/refused-attempts/size-ranking.js';

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

interface Fields {
  type: string;
  kind?: string;
  source?: string;
  aim?: string;
  refusedKey?: string | null;
  workspaceId?: string | null;
  errorCode?: string;
  /** The workspace that the event is about, if it is not the actor's. */
  about?: string | null;
  isNotice?: boolean;
}

const attempt = ({
  type,
  workspaceId = 'w',
  about = workspaceId,
  errorCode,
  kind = 'a',
  source = 's',
  aim = 'x',
  refusedKey = null,
  isNotice = false,
}: Fields): Attempt => ({
  kind,
  source,
  aim,
  refusedKey,
  isNotice,
  actor: { type, workspaceId: type === 'anonymous' ? null : workspaceId } as Attempt['actor'],
  event: { errorCode: errorCode ?? null, workspaceId: about } as Attempt['event'],
  route: '',
});

/** A rule at the beginning of a minute, and how many of such attempts it lets through. */
function startedRule() {
  const rule = new FloodRule();
  rule.startMinute(0);
  const letThrough = (count: number, fields: (at: number) => Fields): number =>
    Array.from({ length: count }, (_, at) => rule.take(attempt(fields(at)), 1)).filter(Boolean).length;
  return { rule, letThrough };
}

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

  it.each<[string, (workspaceId: string, at: number) => Fields]>([
    [
      'refused commands',
      (workspaceId, at) => ({ type: 'apikey', workspaceId, source: `${workspaceId}${at % 20}`, aim: `x${at}` }),
    ],
    [
      'escalations',
      (workspaceId, at) => ({
        type: 'apikey',
        errorCode: 'auth.escalation',
        workspaceId,
        source: `${workspaceId}${at % 20}`,
        aim: `x${at}`,
      }),
    ],
    [
      'attempts at other workspaces',
      (workspaceId, at) => ({
        type: 'apikey',
        isNotice: true,
        about: 'owner',
        workspaceId,
        source: workspaceId,
        aim: `x${at}`,
      }),
    ],
    [
      'first uses of dead keys',
      (workspaceId, at) => ({
        type: 'anonymous',
        workspaceId,
        aim: `${workspaceId}${at}`,
        refusedKey: `${workspaceId}${at}`,
      }),
    ],
    [
      'attempts of strangers',
      (about, at) => ({ type: 'user', workspaceId: null, about, source: `u${at % 20}`, aim: `${about}${at}` }),
    ],
  ])('one workspace’s %s take nothing of what another’s need', (_, fields) => {
    const { letThrough } = startedRule();
    // Those without a credential are not what is asked about.
    letThrough(600, (at) => ({ type: 'anonymous', kind: 'b', source: `s${at}` }));
    const evil = letThrough(20_000, (at) => fields('evil', at));
    expect([6000, 600]).toContain(evil);
    expect(letThrough(1, () => fields('good', 0))).toBe(1);
    const good = letThrough(20_000, (at) => fields('good', at + 1));
    expect(good).toBe(evil / 2 - 1);
    expect(letThrough(100, (at) => fields('evil', 20_000 + at))).toBe(0);
  });

  it('what a workspace does at one other does not hide what it does at a third', () => {
    const { letThrough } = startedRule();
    const notice = (about: string, at: number) => ({ type: 'apikey', isNotice: true, about, aim: `x${at}` });
    letThrough(20_000, (at) => notice('accomplice', at));
    expect(letThrough(1, () => notice('victim', 1))).toBe(1);
  });

  it('an operator takes nothing of what the workspace needs that they act in', () => {
    const { rule, letThrough } = startedRule();
    const by = (type: string, at: number) => ({ type, kind: `a${at % 20}`, source: type, aim: `x${at}` });
    expect(letThrough(20_000, (at) => by('operator', at))).toBe(6000);
    expect(letThrough(20_000, (at) => by('apikey', at))).toBe(3000);
    expect(rule.take(attempt(by('operator', -1)), 1)).toBeUndefined();
  });

  it('tells of no more than 600 attempts without a credential, and one workspace of no more than 60', () => {
    const { letThrough } = startedRule();
    const notice = (about: string, at: number): Fields => ({
      type: 'anonymous',
      isNotice: true,
      about,
      aim: `${about}${at}`,
    });
    expect(letThrough(1000, (at) => notice('accomplice', at))).toBe(60);
    expect(letThrough(1000, (at) => notice('victim', at))).toBe(60);
    expect(letThrough(1000, (at) => notice(`w${at}`, at))).toBe(480);
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

describe('FairShares', () => {
  it('gives each an equal share, and bounds what all take, however many there are', () => {
    const shares = new FairShares(600);
    const take = (name: string): boolean => {
      const share = shares.of(name);
      const hasRoom = share.hasRoom();
      if (hasRoom) share.take();
      return hasRoom;
    };
    const takeAll = (name: string) => Array.from({ length: 1000 }, () => take(name)).filter(Boolean).length;
    expect([takeAll('a'), takeAll('b'), takeAll('c')]).toEqual([600, 300, 200]);
    const all = Array.from({ length: 1000 }, (_, at) => takeAll(`n${at}`));
    expect(all.slice(0, 597).every((taken) => taken >= 10)).toBe(true);
    // Those beyond are one.
    expect(all.slice(597).reduce((sum, taken) => sum + taken, 0)).toBe(10);
    expect(all.reduce((sum, taken) => sum + taken, 1100)).toBeLessThan(8300);
  });
});

describe('KnownKeyClients', () => {
  it('makes room for a workspace that takes less from the one that takes most, and never holds more than 100,000', () => {
    const clients = new KnownKeyClients();
    const add = (workspaceId: string, at: number) =>
      clients.add({ workspaceId, keyId: `${workspaceId}${Math.floor(at / 1000)}`, client: `c${at}` }, 1);
    const added = (workspaceId: string, from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => add(workspaceId, from + at)).filter(Boolean).length;
    expect(added('evil', 0, 101_000)).toBe(100_000);
    expect(added('good', 0, 50_000)).toBe(50_000);
    expect(added('good', 50_000, 51_000)).toBe(0);
    expect(added('evil', 101_000, 102_000)).toBe(0);
    expect(added('late', 0, 10)).toBe(10);
    expect(added('late', 0, 10)).toBe(0);
    // The oldest went.
    expect(add('good', 49_999)).toBe(false);
    expect(add('evil', 99_999)).toBe(false);
  });
});

describe('SizeRanking', () => {
  it('knows one with the greatest size, after whatever was added and taken', () => {
    const steps = fc.array(fc.tuple(some('a', 'b', 'c', 'd'), fc.constantFrom<1 | -1>(1, 1, -1)), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (taken) => {
        const ranking = new SizeRanking();
        const sizes = new Map<string, number>();
        for (const [name, step] of taken) {
          const size = (sizes.get(name) ?? 0) + step;
          if (size < 0) continue;
          sizes.set(name, size);
          ranking.add(name, step);
          const most = Math.max(...sizes.values());
          const largest = ranking.largest();
          expect(largest === undefined ? 0 : sizes.get(largest)).toBe(most);
          expect(ranking.total).toBe([...sizes.values()].reduce((sum, each) => sum + each, 0));
        }
      }),
    );
  });
});

describe('BoundedCounts', () => {
  it('names what comes often, however many others come', () => {
    const target = fc.record({ share: fc.integer({ min: 20, max: 100 }), others: fc.nat({ max: 3000 }) });
    fc.assert(
      fc.property(target, fc.array(fc.nat(), { minLength: 1 }), ({ share, others }, shuffle) => {
        const counts = new BoundedCounts();
        const times = Math.floor(others / share) + 100;
        const names = [
          ...Array.from({ length: others }, (_, at) => `junk ${at}`),
          ...Array.from({ length: times }, () => 'the key'),
        ];
        for (let at = 0; at < names.length; at += 1) {
          const other = (shuffle[at % shuffle.length]! * 31 + at) % names.length;
          [names[at], names[other]] = [names[other]!, names[at]!];
        }
        for (const name of names) counts.add(name);
        const { named } = counts.ranking();
        fc.pre(times > names.length / 51);
        expect(named.map(({ name }) => name)).toContain('the key');
        expect(named.find(({ name }) => name === 'the key')!.count).toBeLessThanOrEqual(times);
      }),
    );
  });

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
