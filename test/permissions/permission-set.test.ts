import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PERMISSIONS } from '../../src/identity/permission-catalogue.js';
import { PermissionSet } from '../../src/identity/permission-set.js';

const OPERATOR_ONLY = [
  ...PERMISSIONS.filter(({ grantable }) => !grantable).map(({ name }) => name as string),
  'workspaces:*',
];
// Others, among them some that only look alike, so that the sets are not those of this catalogue alone.
const NAMES = [
  ...PERMISSIONS.map(({ name }) => name as string),
  'orders:refund',
  'orders:view',
  'order:view',
  'apikeysx:view',
];
const WILDCARDS = ['*', 'apikeys:*', 'auditLogs:*', 'orders:*', 'order:*'];
const NAME = fc.constantFrom(...NAMES);
const GRANT = fc.constantFrom(...NAMES, ...WILDCARDS, ...OPERATOR_ONLY);
const GRANTS = fc.uniqueArray(GRANT, { maxLength: 6 });

/** What the grants open, name by name: the meaning of a set without its cleverness. */
function opened(grants: readonly string[], isOperator = false): Set<string> {
  return new Set(
    NAMES.filter((name) => {
      if (OPERATOR_ONLY.includes(name)) return isOperator;
      return grants.some((grant) => grant === '*' || grant === name || grant === name.replace(/:.*/, ':*'));
    }),
  );
}

describe('PermissionSet', () => {
  it('is changed by nobody: keys share one', () => {
    const set = new PermissionSet(['orders:view']);
    expect(() => Object.assign(set, { has: () => true })).toThrow(TypeError);
    expect(() => (set.grants as string[]).push('*')).toThrow(TypeError);
  });

  it('has no wildcard of what belongs to the operator alone', () => {
    const admin = new PermissionSet(['*']);
    expect(admin.missing(['workspaces:*', 'workspaces:view', 'apikeys:*'])).toEqual([
      'workspaces:*',
      'workspaces:view',
    ]);
    expect(PermissionSet.everything.missing(['workspaces:*'])).toEqual([]);
  });

  it('holds exactly what its grants open', () => {
    fc.assert(
      fc.property(GRANTS, NAME, (grants, name) => {
        expect(new PermissionSet(grants).has(name)).toBe(opened(grants).has(name));
      }),
      { numRuns: 2000 },
    );
  });

  it('never lets a grant exceed it: what it does not miss opens nothing that it does not open', () => {
    fc.assert(
      fc.property(GRANTS, GRANTS, (held, wanted) => {
        if (new PermissionSet(held).missing(wanted).length > 0) return;
        for (const name of opened(wanted)) expect(opened(held)).toContain(name);
      }),
      { numRuns: 3000 },
    );
  });

  it('misses a wildcard unless it holds that one or a wider one, for what it may open tomorrow', () => {
    fc.assert(
      fc.property(GRANTS, fc.constantFrom(...WILDCARDS), (held, wildcard) => {
        const contained = held.includes('*') || held.includes(wildcard);
        expect(new PermissionSet(held).missing([wildcard])).toEqual(contained ? [] : [wildcard]);
      }),
    );
  });

  it('misses nothing of itself that a key may carry, and all of it when empty', () => {
    fc.assert(
      fc.property(GRANTS, (grants) => {
        expect(new PermissionSet(grants).missing(grants).every((grant) => OPERATOR_ONLY.includes(grant))).toBe(true);
        expect(PermissionSet.none.missing(grants)).toEqual(grants);
      }),
    );
  });

  it('holds what belongs to the operator only as the operator’s', () => {
    for (const name of OPERATOR_ONLY) {
      expect(new PermissionSet([...WILDCARDS, ...NAMES]).has(name)).toBe(false);
      expect(PermissionSet.everything.has(name)).toBe(true);
    }
  });

  it('intersects to what both open, wildcards by what they may open tomorrow', () => {
    fc.assert(
      fc.property(GRANTS, GRANTS, (one, other) => {
        const both = new PermissionSet(one).intersect(new PermissionSet(other));
        expect(opened(both.grants)).toEqual(intersection(opened(one), opened(other)));
        for (const wildcard of WILDCARDS) {
          const inBoth = [one, other].every((grants) => grants.includes('*') || grants.includes(wildcard));
          expect(both.contains(wildcard)).toBe(inBoth);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('simplifies to the grants that no other one contains, in their order', () => {
    fc.assert(
      fc.property(fc.array(GRANT, { maxLength: 8 }), (grants) => {
        const distinct = grants.filter((grant, at) => grants.indexOf(grant) === at);
        const contains = (other: string, grant: string) =>
          other !== grant && new PermissionSet([other]).contains(grant);
        const fewest = distinct.filter((grant) => !distinct.some((other) => contains(other, grant)));
        expect(new PermissionSet(grants).simplified()).toEqual(fewest);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives no resource to what has no colon, and so no wildcard opens it', () => {
    expect(new PermissionSet(['orders:*']).missing(['ordersX', 'orders', 'orders:', 'orders:refund'])).toEqual([
      'ordersX',
      'orders',
    ]);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*'), maxLength: 4 });
    const covers = (grant: string, name: string) => {
      const [resource, action] = name.split(/:(.*)/s);
      return grant === '*' || grant === name || (resource !== '' && action !== undefined && grant === `${resource}:*`);
    };
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), text, (grants, name) => {
        expect(new PermissionSet(grants).has(name)).toBe(grants.some((grant) => covers(grant, name)));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes time that grows with the number of grants only', () => {
    const grants = Array.from({ length: 100_000 }, (_, at) => `resource${at % 1000}:action${at}`);
    const others = [...grants.slice(50_000), ...grants.slice(0, 500).map((name) => name.replace(/:.*/, ':*'))];
    const { user: before } = process.cpuUsage();
    const [one, other] = [new PermissionSet(grants), new PermissionSet(others)];
    expect(one.intersect(other).simplified()).toHaveLength(75_000);
    expect(other.simplified()).toHaveLength(25_500);
    expect(one.missing(others)).toHaveLength(500);
    // Twenty times what it takes; what compares each with each takes ten thousand times longer.
    expect(process.cpuUsage().user - before).toBeLessThan(4_000_000);
  });
});

function intersection(one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> {
  return new Set([...one].filter((name) => other.has(name)));
}
