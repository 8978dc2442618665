import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PermissionSet } from '../../src/identity/permission-set.js';
import { digestKey, hashKey } from '../../src/kernel/keys/key-format.js';
import type { Eviction } from '../../src/revocation/revocations.js';
import { KeyCache, type Fill } from '../../src/verification/key-cache.js';
import { CachedKey, type KeyFacts } from '../../src/verification/cached-key.js';

const KEYS = 12;
const WORKSPACES = 3;

type Step =
  | { kind: 'add' | 'get' | 'forgetKey'; nth: number; metadataLength: number }
  | { kind: 'forgetWorkspace'; nth: number }
  | { kind: 'forgetEverything' };

const NTH = fc.nat({ max: KEYS - 1 });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: step('add') },
  { weight: 6, arbitrary: step('get') },
  { weight: 2, arbitrary: step('forgetKey') },
  { weight: 1, arbitrary: NTH.map((nth): Step => ({ kind: 'forgetWorkspace', nth: nth % WORKSPACES })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'forgetEverything' }) },
);

function step(kind: 'add' | 'get' | 'forgetKey'): fc.Arbitrary<Step> {
  return fc
    .tuple(NTH, fc.constantFrom(2, 2, 2, 600, 5000))
    .map(([nth, metadataLength]) => ({ kind, nth, metadataLength }));
}

describe('the cache of keys', () => {
  it('never gives what it was told to evict, gives what it was given, and stays within its size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(STEP, { maxLength: 120 }), (capacity, steps) => {
        const cache = new KeyCache(capacity);
        const acceptable = new Map<string, CachedKey>();
        for (const each of steps) {
          play(cache, acceptable, each);
          expect(cache.size).toBeLessThanOrEqual(capacity);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('forgets only what it must: all that fits is there', () => {
    const cache = new KeyCache(KEYS);
    const keys = Array.from({ length: KEYS }, (_, nth) => add(cache, nth, 2));

    cache.evict([{ keyId: keys[3]!.id }, { workspaceId: 'workspace 0' }]);

    const left = keys.filter((_, nth) => cache.get(digestOfNth(nth))).map(({ id }) => id);
    expect(left).toEqual(keys.filter((_, nth) => nth !== 3 && nth % WORKSPACES !== 0).map(({ id }) => id));
  });

  it('drops what nobody asks for, and keeps what is asked for again and again', () => {
    const cache = new KeyCache(4);
    const favourite = add(cache, 0, 2);
    for (let nth = 1; nth < 1000; nth += 1) {
      expect(cache.get(digestOfNth(0))).toBe(favourite);
      add(cache, nth, 2);
    }
    expect(cache.size).toBe(4);
  });

  it('drops one also where all have been asked for', () => {
    const cache = new KeyCache(2);
    for (const nth of [0, 1]) {
      add(cache, nth, 2);
      cache.get(digestOfNth(nth));
    }
    const added = add(cache, 2, 2);
    expect([0, 1, 2].map((nth) => cache.get(digestOfNth(nth)))).toEqual([undefined, expect.anything(), added]);
  });

  it('counts a key with much metadata for several, and does not take one that is larger than it is', () => {
    const cache = new KeyCache(10);
    add(cache, 1, 2);
    add(cache, 2, 8192);
    expect([cache.get(digestOfNth(1)), cache.get(digestOfNth(2))]).toEqual([expect.anything(), undefined]);

    for (let nth = 3; nth < 10; nth += 1) add(cache, nth, 2048);
    expect(cache.size).toBe(2);
  });
});

describe('a fill of the cache', () => {
  /** What is left of three keys of which the last two arrive once that is evicted. */
  const during = (eviction: Eviction): boolean[] => {
    const cache = new KeyCache(KEYS);
    const fill = cache.open();
    const first = keyOf(cache, fill, 0, 2);
    cache.evict(eviction);
    for (const key of [first, ...[1, 3].map((nth) => keyOf(cache, fill, nth, 2))]) cache.add(key, fill);
    cache.close(fill);
    return [0, 1, 3].map((nth) => cache.get(digestOfNth(nth)) !== undefined);
  };

  it('drops what was revoked while it was read, and nothing else', () => {
    expect(during([{ keyId: 'key 0' }])).toEqual([false, true, true]);
    expect(during([{ keyId: 'key 1' }])).toEqual([true, false, true]);
    expect(during([{ workspaceId: 'workspace 0' }])).toEqual([false, true, false]);
    expect(during([{ keyId: 'key 7' }, { operators: true }])).toEqual([true, true, true]);
    expect(during('everything')).toEqual([false, false, false]);
  });

  it('is not misled by a workspace whose last key left the cache meanwhile', () => {
    const cache = new KeyCache(KEYS);
    add(cache, 0, 2);
    const fill = cache.open();
    const key = keyOf(cache, fill, 3, 2);
    cache.evict([{ keyId: 'key 0' }]);
    add(cache, 6, 2);
    cache.add(key, fill);
    cache.close(fill);
    cache.evict([{ workspaceId: 'workspace 0' }]);

    expect([3, 6].map((nth) => cache.get(digestOfNth(nth)))).toEqual([undefined, undefined]);
  });

  it('leaves no workspace in memory of which no key is', () => {
    const cache = new KeyCache(2);
    for (let nth = 0; nth < 100; nth += 1) {
      const fill = cache.open();
      const workspace = cache.workspace(`workspace ${nth}`, fill);
      cache.add(new CachedKey({ ...factsOf(nth, 2), workspace }), fill);
      cache.close(fill);
      expect(cache.workspaceCount).toBeLessThanOrEqual(2);
    }
    cache.evict([{ keyId: 'key 99' }, { workspaceId: 'workspace 98' }]);
    expect(cache.workspaceCount).toBe(0);
  });
});

function play(cache: KeyCache, acceptable: Map<string, CachedKey>, each: Step): void {
  switch (each.kind) {
    case 'add': {
      acceptable.set(digestOfNth(each.nth), add(cache, each.nth, each.metadataLength));
      return;
    }
    case 'get': {
      const digest = digestOfNth(each.nth);
      const found = cache.get(digest);
      if (found) expect(found).toBe(acceptable.get(digest));
      return;
    }
    case 'forgetKey':
      cache.evict([{ keyId: `key ${each.nth}` }]);
      acceptable.delete(digestOfNth(each.nth));
      return;
    case 'forgetWorkspace':
      cache.evict([{ workspaceId: `workspace ${each.nth}` }]);
      for (const [digest, { workspaceId }] of acceptable) {
        if (workspaceId === `workspace ${each.nth}`) acceptable.delete(digest);
      }
      return;
    case 'forgetEverything':
      cache.evict('everything');
      acceptable.clear();
  }
}

function digestOfNth(nth: number): string {
  return digestKey(`key ${nth}`);
}

function add(cache: KeyCache, nth: number, metadataLength: number): CachedKey {
  const fill = cache.open();
  const key = keyOf(cache, fill, nth, metadataLength);
  cache.add(key, fill);
  cache.close(fill);
  return key;
}

function keyOf(cache: KeyCache, fill: Fill, nth: number, metadataLength: number): CachedKey {
  const workspace = cache.workspace(`workspace ${nth % WORKSPACES}`, fill);
  return new CachedKey({ ...factsOf(nth, metadataLength), workspace });
}

function factsOf(nth: number, metadataLength: number): Omit<KeyFacts, 'workspace'> {
  return {
    hash: hashKey(`key ${nth}`),
    id: `key ${nth}`,
    name: `Key ${nth}`,
    permissions: PermissionSet.none,
    owner: null,
    rateLimit: null,
    metadata: {},
    metadataLength,
    allowedIps: null,
    expiresAt: null,
  };
}
