import type { Client } from '../support/client.js';
import { GRANTABLE, type World } from './world.js';

/** Somebody who calls, and what the rules need to know of them. */
export interface Caller {
  client: Client;
  /** What they hold where they act; undefined for one whose credential is not acceptable. */
  grants?: readonly string[] | 'everything';
  /** In which workspace they act, or try to. */
  acts: 'here' | 'elsewhere' | 'everywhere' | 'nowhere' | 'undecided' | 'trespassing';
}

/** What a route asks for: one of the permissions, and all that its example body hands out. */
export interface Need {
  anyOf: readonly string[];
  granted: readonly string[];
}

type Callers = (world: World, need: Need) => Promise<Caller[]>;

const ROLES = {
  admin: ['*'],
  manager: ['apikeys:*'],
  auditor: ['apikeys:view', 'auditLogs:*'],
  viewer: ['apikeys:view'],
} as const;

export const BUILT_IN_ROLES: Record<string, readonly string[]> = ROLES;

const unacceptable =
  (client: (world: World) => Client | Promise<Client>): Callers =>
  async (world) => [{ client: await client(world), acts: 'nowhere' }];

const operator =
  (acts: Caller['acts'], client: (world: World) => Client): Callers =>
  (world) =>
    Promise.resolve([{ client: client(world), grants: 'everything', acts }]);

const member =
  (role: keyof typeof ROLES): Callers =>
  async (world) => [{ client: await world.memberWith([role], world.here), grants: ROLES[role], acts: 'here' }];

export const CALLERS: Record<string, Callers> = {
  anonymous: unacceptable(({ service }) => service.anonymous),
  'deleted key': unacceptable((world) => world.deletedKey()),
  'key without the permission': async (world, { anyOf }) => {
    const grants = GRANTABLE.filter((name) => !anyOf.includes(name));
    return [{ client: await world.keyWith(grants), grants, acts: 'here' }];
  },
  'key with the permission': async (world, { anyOf, granted }) => {
    const needed = anyOf.filter((name) => GRANTABLE.includes(name)).map((name) => [...new Set([name, ...granted])]);
    const sets = needed.length > 0 ? needed : [['*']];
    return Promise.all(
      sets.map(async (grants) => ({ client: await world.keyWith(grants), grants, acts: 'here' as const })),
    );
  },
  'key of another workspace': async (world) => [
    { client: await world.keyWith(['*'], world.elsewhere), grants: ['*'], acts: 'elsewhere' },
  ],
  'key of another workspace that names this one': async (world) => {
    const key = await world.keyWith(['*'], world.elsewhere);
    return [{ client: key.in(world.here.id), grants: ['*'], acts: 'trespassing' }];
  },
  'operator in the workspace': operator('here', ({ here }) => here.operator),
  'operator in every workspace': operator('everywhere', ({ service }) => service.operator.in('*')),
  'operator in no workspace': operator('nowhere', ({ service }) => service.operator),
  'member with the role admin': member('admin'),
  'member with the role manager': member('manager'),
  'member with the role auditor': member('auditor'),
  'member with the role viewer': member('viewer'),
  'admin of another workspace': async (world) => [
    { client: await world.memberWith(['admin'], world.elsewhere), grants: ['*'], acts: 'elsewhere' },
  ],
  'admin of another workspace who names this one': async (world) => {
    const admin = await world.memberWith(['admin'], world.elsewhere);
    // What people hold depends on the workspace they name: here nothing.
    return [{ client: admin.in(world.here.id), grants: [], acts: 'trespassing' }];
  },
  'admin of two workspaces who names none': async (world) => [
    { client: await world.memberWith(['admin'], world.here, world.elsewhere), grants: ['*'], acts: 'undecided' },
  ],
  'person of no workspace': async (world) => [
    { client: await world.memberWith(['admin']), grants: [], acts: 'nowhere' },
  ],
  'JWT expired': unacceptable((world) => world.forged('expired')),
  'JWT of another issuer': unacceptable((world) => world.forged('issuer')),
  'JWT with alg none': unacceptable((world) => world.forged('none')),
  'JWT signed HS256 with the public key': unacceptable((world) => world.forged('HS256')),
};
