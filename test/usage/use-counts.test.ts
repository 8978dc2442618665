import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PermissionSet } from '../../src/identity/permission-set.js';
import { SecretScanner } from '../../src/kernel/keys/secret-scanner.js';
import { PendingUses } from '../../src/usage/counting/pending-uses.js';
import {
  COUNT_BOUNDS,
  OTHER_CLIENTS,
  UseCounts,
  type CountBounds,
  type UseRow,
} from '../../src/usage/counting/use-counts.js';
import type { CountedKey, UseTotals } from '../../src/usage/counting/use-counter.js';

type Outcome = keyof UseTotals;

interface Use {
  key: number;
  client: number;
  /** What becomes of it. `turned`: it is accepted, and denied by the guard. */
  came: Outcome | 'turned';
  asked: readonly string[];
}

const use: fc.Arbitrary<Use> = fc.record({
  key: fc.nat(4),
  client: fc.nat(30),
  came: fc.constantFrom<Use['came'][]>(
    'valid',
    'valid',
    'valid',
    'denied',
    'expired',
    'disabled',
    'rateLimited',
    'turned',
  ),
  asked: fc.constantFrom([], ['orders:read'], ['orders:read', 'orders:refund'], ['invoices:view']),
});
type Step = Use | 'collect' | 'a minute passes' | 'read anew';
const steps = fc.array(
  fc.oneof({ weight: 12, arbitrary: use }, fc.constantFrom<Step[]>('collect', 'a minute passes', 'read anew')),
  { maxLength: 300, size: 'max' },
);

function newKey(at: number): CountedKey {
  return { id: `key-${at}`, permissions: new PermissionSet(['*']), lastUse: undefined };
}

function run(steps: readonly Step[], bounds: CountBounds): { rows: UseRow[]; counts: UseCounts } {
  let now = Date.UTC(2026, 0, 1);
  const counts = new UseCounts({ time: () => now }, new SecretScanner(), bounds);
  const pending = new PendingUses();
  let keys = [0, 1, 2, 3, 4].map(newKey);
  for (const step of steps) {
    if (step === 'collect') pending.add(counts.collect());
    else if (step === 'a minute passes') now += 60_000;
    else if (step === 'read anew') keys = keys.map((_, at) => newKey(at));
    else {
      const key = keys[step.key] as CountedKey;
      // A text of its own each time, as headers are.
      const caller = { application: null, ip: `192.0.2.${step.client}`, userAgent: ['curl', step.client].join('/') };
      if (step.came === 'valid' || step.came === 'turned') {
        const accepted = counts.accept(key, caller);
        accepted.grant(step.asked);
        if (step.came === 'turned') accepted.deny();
      } else {
        counts.refuse(key.id, step.came, caller);
      }
    }
  }
  pending.add(counts.collect());
  return { rows: pending.take(Infinity), counts };
}

const OUTCOMES = ['valid', 'denied', 'expired', 'disabled', 'rateLimited'] as const;

/** Sums by key, and by client where that is asked for, and outcome; of permissions by key and name. */
function sumsOf(rows: readonly UseRow[], withClients: boolean): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (name: string, by: number): void => void (sums[name] = (sums[name] ?? 0) + by);
  for (const row of rows) {
    const who = withClients ? `${row.keyId} ${row.client?.ip}` : row.keyId;
    for (const outcome of OUTCOMES) add(`${who} ${outcome}`, row[outcome]);
    for (const [name, uses] of row.permissions) add(`${row.keyId} ${name}`, uses);
  }
  return withoutZeros(sums);
}

function expected(steps: readonly Step[], withClients: boolean): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (name: string): void => void (sums[name] = (sums[name] ?? 0) + 1);
  for (const step of steps) {
    if (typeof step === 'string') continue;
    const who = withClients ? `key-${step.key} 192.0.2.${step.client}` : `key-${step.key}`;
    add(`${who} ${step.came === 'turned' ? 'denied' : step.came}`);
    if (step.came === 'valid' || step.came === 'turned') for (const name of step.asked) add(`key-${step.key} ${name}`);
  }
  return withoutZeros(sums);
}

function withoutZeros(sums: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
}

describe('UseCounts', () => {
  it('counts each client of each key exactly, however uses, collections and minutes come', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        expect(sumsOf(run(steps, COUNT_BOUNDS).rows, true)).toEqual(expected(steps, true));
      }),
      { numRuns: 300 },
    );
  });

  it('loses none of a key’s totals, whatever its bounds', () => {
    const bounds = fc.record({
      counters: fc.nat(8),
      atOnceOfOneKey: fc.nat(6),
      clientsOfOneKey: fc.nat(4),
      clients: fc.nat(10),
      namesOfOneKey: fc.constant(200),
      names: fc.constant(200),
    });
    fc.assert(
      fc.property(steps, bounds, (steps, bounds) => {
        expect(sumsOf(run(steps, bounds).rows, false)).toEqual(expected(steps, false));
      }),
      { numRuns: 300 },
    );
  });

  it('dates each row by the minute of its first use, and none into the future', () => {
    const { rows } = run(
      [
        { key: 0, client: 1, came: 'valid', asked: [] },
        'a minute passes',
        { key: 0, client: 1, came: 'valid', asked: [] },
        'collect',
        { key: 0, client: 1, came: 'valid', asked: [] },
      ],
      COUNT_BOUNDS,
    );
    const minute = Date.UTC(2026, 0, 1) / 60_000;
    expect(rows.map((row) => [row.minute, row.valid])).toEqual([
      [minute, 2],
      [minute + 1, 1],
    ]);
  });

  it('holds no more than its bounds under a flood of clients, and names as many as it may', () => {
    const now = Date.UTC(2026, 0, 1);
    const counts = new UseCounts({ time: () => now }, new SecretScanner());
    const key = newKey(0);
    for (let at = 0; at < 100_000; at += 1) counts.accept(key, { userAgent: `client/${at}` });

    expect(counts.size).toBeLessThanOrEqual(COUNT_BOUNDS.atOnceOfOneKey + 2);
    const pending = new PendingUses();
    pending.add(counts.collect());
    const rows = pending.take(Infinity);
    const others = rows.filter(({ clientId }) => clientId === OTHER_CLIENTS);
    expect(rows.length - others.length).toBe(COUNT_BOUNDS.clientsOfOneKey);
    expect(rows.reduce((sum, { valid }) => sum + valid, 0)).toBe(100_000);
  });

  it('counts names beyond its bound for the wildcard by which they were granted', () => {
    const counts = new UseCounts({ time: () => 0 }, new SecretScanner(), { ...COUNT_BOUNDS, namesOfOneKey: 1 });
    const key = { ...newKey(0), permissions: new PermissionSet(['orders:*']) };
    for (const name of ['orders:a', 'orders:b', 'orders:c']) counts.accept(key, {}).grant([name]);
    expect([...(counts.collect()[0] as UseRow).permissions]).toEqual([
      ['orders:a', 1],
      ['orders:*', 2],
    ]);
  });

  it.each([
    ['the product of the user agent', { userAgent: 'curl/8.5 (linux)' }, 'curl'],
    ['the application that is named', { application: 'billing', userAgent: 'curl/8.5' }, 'billing'],
    ['nothing', {}, null],
    ['text without what would hide or turn it', { application: 'bil\u0007ling\u202e' }, 'billing'],
    ['at most 100 characters', { application: 'b'.repeat(300) }, 'b'.repeat(100)],
    ['whole characters', { application: '\ud800' }, '\ufffd'],
  ])('knows an application by %s', (_, caller, application) => {
    const counts = new UseCounts({ time: () => 0 }, new SecretScanner());
    counts.accept(newKey(0), caller);
    expect(counts.collect()[0]?.client?.application).toBe(application);
  });

  it('masks a credential in what a client says', () => {
    const counts = new UseCounts({ time: () => 0 }, new SecretScanner(['operator-secret-of-32-characters']));
    counts.accept(newKey(0), { userAgent: 'x operator-secret-of-32-characters' });
    expect(counts.collect()[0]?.client?.userAgent).not.toContain('operator-secret');
  });
});

describe('PendingUses', () => {
  it('loses none of a key’s totals beyond its bound', () => {
    fc.assert(
      fc.property(steps, fc.nat(6), (steps, most) => {
        const pending = new PendingUses(most);
        // As if each use were collected by itself.
        for (const step of steps) pending.add(run([step], COUNT_BOUNDS).rows);
        expect(pending.size).toBeLessThanOrEqual(most + 5);
        expect(sumsOf(pending.take(Infinity), false)).toEqual(expected(steps, false));
      }),
      { numRuns: 100 },
    );
  });
});
