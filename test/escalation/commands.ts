import fc from 'fast-check';
import { APPLICATION, BUILT_IN, GRANTS, ROLE_NAMES, SUBJECTS, SUPPORT } from './names.js';
import { ENDS, RANGES, RATES, type Restricting } from './restrictions.js';

/** Who acts. A key is one of those created so far, counted around; deleted ones included. */
export type Actor = { type: 'operator' } | { type: 'member'; subject: string } | { type: 'key'; nth: number };

/** What is tried. */
export type Deed =
  | {
      kind: 'createKey';
      permissions: string[];
      roles: string[];
      owner?: string | null;
      restricting?: Partial<Restricting>;
    }
  | {
      kind: 'updateKey';
      nth: number;
      permissions?: string[];
      roles?: string[];
      enabled?: boolean;
      owner?: string | null;
      restricting?: Partial<Restricting>;
      /** What /verify tells of the key becomes something else. */
      told?: boolean;
    }
  | { kind: 'replaceKey'; nth: number; permissions: string[]; renamed: boolean }
  | { kind: 'deleteKey'; nth: number }
  | { kind: 'createRole'; name: string; permissions: string[] }
  | { kind: 'replaceRole'; name: string; to: string; permissions: string[] }
  | { kind: 'deleteRole'; name: string }
  | { kind: 'putMember'; subject: string; permissions: string[]; roles: string[] }
  | { kind: 'removeMember'; subject: string; keys?: 'delete' }
  | { kind: 'createPermission'; name: string }
  | { kind: 'deletePermission'; name: string };

export interface Command {
  actor: Actor;
  deed: Deed;
}

const possible = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...GRANTS.often) },
  { weight: 1, arbitrary: fc.constantFrom(...GRANTS.sometimes) },
);
const grant = fc.oneof(
  { weight: 40, arbitrary: possible },
  { weight: 1, arbitrary: fc.constantFrom(...GRANTS.inVain) },
);
const grants = fc.uniqueArray(grant, { maxLength: 3 });
const someGrants = fc.uniqueArray(grant, { minLength: 1, maxLength: 3 });
const manyGrants = fc.uniqueArray(possible, { minLength: 3, maxLength: 6, size: 'max' });
const roleName = fc.constantFrom(...ROLE_NAMES);
const existing = fc.constantFrom(SUPPORT, SUPPORT, ...Object.keys(BUILT_IN));
const anyRole = fc.oneof(
  { weight: 6, arbitrary: existing },
  { weight: 4, arbitrary: roleName },
  { weight: 1, arbitrary: fc.constant('nobody') },
);
const ownRole = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(SUPPORT, ...ROLE_NAMES) },
  { weight: 1, arbitrary: anyRole },
);
const roles = fc.uniqueArray(anyRole, { maxLength: 2 });
const nth = fc.nat({ max: 5 });
const subject = fc.constantFrom(...SUBJECTS);
const owner = fc.option(subject);
const restricting = fc.record(
  {
    ends: fc.nat({ max: ENDS.length - 1 }),
    from: fc.nat({ max: RANGES.length - 1 }),
    rate: fc.nat({ max: RATES.length - 1 }),
  },
  { requiredKeys: [] },
);
const application = fc.constantFrom(...APPLICATION, ...APPLICATION, 'apikeys:invented');

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      { kind: kind('createKey'), permissions: grants, roles, owner, restricting },
      { requiredKeys: ['kind', 'permissions', 'roles'] },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      { kind: kind('updateKey'), nth, permissions: grants, roles, enabled: fc.boolean(), told: fc.boolean() },
      { requiredKeys: ['kind', 'nth'] },
    ),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('updateKey'), nth, restricting }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('updateKey'), nth, owner }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('replaceKey'), nth, permissions: someGrants, renamed: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('deleteKey'), nth }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('createRole'), name: ownRole, permissions: grants }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('replaceRole'), name: ownRole, to: roleName, permissions: grants }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('deleteRole'), name: ownRole }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('putMember'), subject, permissions: grants, roles }) },
  {
    weight: 2,
    arbitrary: fc.record(
      { kind: kind('removeMember'), subject, keys: fc.constant('delete' as const) },
      { requiredKeys: ['kind', 'subject'] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('createPermission'), name: application }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('deletePermission'), name: application }) },
);

const OPERATOR: Actor = { type: 'operator' };
const operator = fc.constant(OPERATOR);
const actor: fc.Arbitrary<Actor> = fc.oneof(
  { weight: 1, arbitrary: operator },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('member' as const), subject }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('key' as const), nth }) },
);

const member = fc.constantFrom(...SUBJECTS).map((subject): Actor => ({ type: 'member', subject }));
const given = fc.subarray([SUPPORT, 'manager', 'admin'], { maxLength: 1 });
const unbound = fc.constantFrom(undefined, null).map((none) => (none === null ? { owner: null } : {}));
const restricted = fc.oneof(fc.constant({}), restricting);
const firstKey = (permissions: fc.Arbitrary<string[]>) =>
  fc
    .tuple(fc.record({ kind: kind('createKey'), roles: given, permissions, restricting: restricted }), unbound)
    .map(([made, binding]) => ({ ...made, ...binding }));
const serviceKey = fc.record({ actor: operator, deed: firstKey(manyGrants) });
const ownKey = fc.record({ actor: member, deed: firstKey(someGrants) });

/** The operator sets a workspace up, in which people and keys can do much; then everybody tries everything. */
export const sequences: fc.Arbitrary<{ setUp: Command[]; then: Command[] }> = fc
  .tuple(
    fc.record({ kind: kind('createRole'), name: fc.constant(SUPPORT), permissions: manyGrants }),
    fc.tuple(manyGrants, manyGrants, manyGrants, given, given, given),
    fc.tuple(serviceKey, ownKey, ownKey),
    fc.array(fc.record({ actor, deed }), { minLength: 4, maxLength: 16, size: 'max' }),
  )
  .map(([role, [one, two, three, ...held], keys, then]) => ({
    setUp: [
      ...APPLICATION.map((name): Command => ({ actor: OPERATOR, deed: { kind: 'createPermission', name } })),
      { actor: OPERATOR, deed: role },
      ...SUBJECTS.map((subject, at): Command => {
        const holding = { permissions: [one, two, three][at] ?? [], roles: held[at] ?? [] };
        return { actor: OPERATOR, deed: { kind: 'putMember', subject, ...holding } };
      }),
      ...keys,
    ],
    then,
  }));

function kind<K extends Deed['kind']>(name: K): fc.Arbitrary<K> {
  return fc.constant(name);
}
