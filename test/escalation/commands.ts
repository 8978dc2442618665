import fc from 'fast-check';
import { APPLICATION, BUILT_IN, GRANTS, ROLE_NAMES, SUBJECTS } from './names.js';

/** Who acts. A key is one of those created so far, counted around; deleted ones included. */
export type Actor = { type: 'operator' } | { type: 'member'; subject: string } | { type: 'key'; nth: number };

/** What is tried. */
export type Deed =
  | { kind: 'createKey'; permissions: string[]; roles: string[]; unbound: boolean }
  | { kind: 'updateKey'; nth: number; permissions?: string[]; roles?: string[]; enabled?: boolean }
  | { kind: 'replaceKey'; nth: number; permissions: string[] }
  | { kind: 'deleteKey'; nth: number }
  | { kind: 'createRole'; name: string; permissions: string[] }
  | { kind: 'replaceRole'; name: string; to: string; permissions: string[] }
  | { kind: 'deleteRole'; name: string }
  | { kind: 'putMember'; subject: string; permissions: string[]; roles: string[] }
  | { kind: 'removeMember'; subject: string }
  | { kind: 'createPermission'; name: string }
  | { kind: 'deletePermission'; name: string };

export interface Command {
  actor: Actor;
  deed: Deed;
}

const grant = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom(...GRANTS.often) },
  { weight: 8, arbitrary: fc.constantFrom(...GRANTS.sometimes) },
  { weight: 1, arbitrary: fc.constantFrom(...GRANTS.inVain) },
);
const grants = fc.uniqueArray(grant, { maxLength: 3 });
const someGrants = fc.uniqueArray(grant, { minLength: 1, maxLength: 3 });
const roleName = fc.constantFrom(...ROLE_NAMES);
const anyRole = fc.constantFrom(...ROLE_NAMES, ...Object.keys(BUILT_IN), 'nobody');
const roles = fc.uniqueArray(anyRole, { maxLength: 2 });
const nth = fc.nat({ max: 4 });
const subject = fc.constantFrom(...SUBJECTS);
const application = fc.constantFrom(...APPLICATION, ...APPLICATION, 'apikeys:invented');

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kind('createKey'), permissions: grants, roles, unbound: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record(
      { kind: kind('updateKey'), nth, permissions: grants, roles, enabled: fc.boolean() },
      { requiredKeys: ['kind', 'nth'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('replaceKey'), nth, permissions: someGrants }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('deleteKey'), nth }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('createRole'), name: anyRole, permissions: grants }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('replaceRole'), name: anyRole, to: roleName, permissions: grants }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('deleteRole'), name: anyRole }) },
  { weight: 5, arbitrary: fc.record({ kind: kind('putMember'), subject, permissions: grants, roles }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('removeMember'), subject }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('createPermission'), name: application }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('deletePermission'), name: application }) },
);

const actor: fc.Arbitrary<Actor> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ type: 'operator' }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('member' as const), subject }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('key' as const), nth }) },
);

/** The operator sets something up, then everybody tries everything. */
export const sequences: fc.Arbitrary<Command[]> = fc
  .tuple(
    fc.subarray(APPLICATION.map((name): Deed => ({ kind: 'createPermission', name }))),
    fc.record({ kind: kind('createRole'), name: roleName, permissions: someGrants }),
    fc.array(fc.record({ kind: kind('putMember'), subject, permissions: someGrants, roles }), { maxLength: 2 }),
    fc.array(fc.record({ kind: kind('createKey'), permissions: someGrants, roles, unbound: fc.boolean() }), {
      maxLength: 1,
    }),
    fc.array(fc.record({ actor, deed }), { minLength: 1, maxLength: 16 }),
  )
  .map(([permissions, role, members, keys, then]) => [
    ...[...permissions, role, ...members, ...keys].map((deed): Command => ({ actor: { type: 'operator' }, deed })),
    ...then,
  ]);

function kind<K extends Deed['kind']>(name: K): fc.Arbitrary<K> {
  return fc.constant(name);
}
