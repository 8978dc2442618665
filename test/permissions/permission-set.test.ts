import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PERMISSIONS } from '../../src/auth/permission-catalogue.js';
import { PermissionSet } from '../../src/auth/permission-set.js';

const OPERATOR_ONLY = PERMISSIONS.filter(({ grantable }) => !grantable).map(({ name }) => name as string);
// Others, among them some that only look alike, so that the sets are not those of this catalogue alone.
const NAMES = [
  ...PERMISSIONS.map(({ name }) => name as string),
  'orders:refund',
  'orders:view',
  'order:view',
  'apikeysx:view',
];
const WILDCARDS = ['*', 'apikeys:*', 'auditLogs:*', 'workspaces:*', 'orders:*', 'order:*'];
const NAME = fc.constantFrom(...NAMES);
const GRANT = fc.constantFrom(...NAMES, ...WILDCARDS);
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
});
