import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../../src/database/database.js';
import type { Answer, Body, Client } from '../support/client.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import { queue, type Call } from '../support/queue.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

/** Stops a command when all is done but its record on the trail. */
const AT_THE_END = 'LOCK TABLE latchkey_audit_events IN EXCLUSIVE MODE';

/** Stops a command when it has locked what it changes, and not yet its actor. */
const HALFWAY = 'SELECT 1 FROM latchkey_permissions FOR UPDATE';

const ROUNDS = 24;
const ROUNDS_AT_ONCE = 4;

const PERMISSION = { name: 'orders:refund', description: 'Refund an order' };

const DANGLING = `SELECT assignment.role_id FROM latchkey_role_assignments assignment
  LEFT JOIN latchkey_roles role ON role.id = assignment.role_id
  WHERE role.id IS NULL AND assignment.role_id NOT IN ('admin', 'manager', 'auditor', 'viewer')`;

/** A workspace, and its people. */
interface World extends WorkspaceFixture {
  person: (subject: string, held: { roles?: string[]; permissions?: string[] }) => Promise<Client>;
  /** A key, by default the operator's. */
  key: (held: { roles?: string[]; permissions?: string[] }, by?: Client) => Promise<{ id: string; client: Client }>;
  /** The id of a new role. */
  role: (name: string, ...permissions: string[]) => Promise<string>;
}

type Calls = [one: Call, other: Call];

/** Two calls that race. */
type Pair = (world: World) => Promise<Calls> | Calls;

describe('Commands on grants that race', () => {
  forEachStore((kind) => {
    let provider: IdentityProviderFixture;
    let service: RunningService;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, provider.variables);
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    const createWorld = async (): Promise<World> => {
      const workspace = await createWorkspace(service);
      const { id, operator } = workspace;
      await operator.post('/permission', PERMISSION).expect(201);
      return {
        ...workspace,
        person: async (subject, held) => {
          await operator.put(`/member/${subject}`, held).expect(200);
          return service.anonymous.as(await provider.token(subject)).in(id);
        },
        key: async (held, by = operator) => {
          const { body } = await by.post('/apikey', { keyName: uniqueName('Key'), ...held }).expect(201);
          return { id: body.id, client: service.anonymous.as(body.apiKey) };
        },
        role: async (name, ...permissions) =>
          (await operator.post('/role', { name, permissions }).expect(201)).body.id as string,
      };
    };

    /** How the two ended when the one came first, and how, in another world, when the other did. */
    const bothOrders = async (held: string, pair: Pair) => {
      const oneFirst = await queue(service, held, await pair(await createWorld()));
      const [one, other] = await pair(await createWorld());
      const otherFirst = await queue(service, held, [other, one]);
      return { oneFirst: oneFirst.map(outcomeOf), otherFirst: otherFirst.map(outcomeOf) };
    };

    it.each<[maker: string, refusal: string, Pair]>([
      [
        'a key whose role is narrowed',
        'auth.escalation',
        async ({ operator, role, key }) => {
          const id = await role('Support', 'apikeys:*', 'roles:manage');
          const { client } = await key({ roles: [id] });
          return [
            make(client, { permissions: ['roles:manage'] }),
            () => operator.put(`/role/${id}`, { name: 'Support', permissions: ['apikeys:*'] }),
          ];
        },
      ],
      [
        'a key that is narrowed',
        'auth.escalation',
        async ({ operator, key }) => {
          const { id, client } = await key({ permissions: ['apikeys:create', 'apikeys:view'] });
          return [
            make(client, { permissions: ['apikeys:view'] }),
            () => operator.patch(`/apikey/${id}`, { permissions: ['apikeys:create'] }),
          ];
        },
      ],
      [
        'a key that is disabled',
        'auth.unauthenticated',
        async ({ operator, key }) => {
          const { id, client } = await key({ permissions: ['apikeys:create'] });
          return [
            make(client, { permissions: ['apikeys:create'] }),
            () => operator.patch(`/apikey/${id}`, { enabled: false }),
          ];
        },
      ],
      [
        'a key that is deleted',
        'auth.unauthenticated',
        async ({ operator, key }) => {
          const { id, client } = await key({ permissions: ['apikeys:create'] });
          return [make(client, { permissions: ['apikeys:create'] }), () => operator.delete(`/apikey/${id}`)];
        },
      ],
      [
        'a person who is demoted',
        'auth.escalation',
        async ({ operator, person }) => {
          const bob = await person('bob', { roles: ['manager'], permissions: ['roles:manage'] });
          return [
            make(bob, { permissions: ['roles:manage'] }),
            () => operator.put('/member/bob', { roles: ['manager'] }),
          ];
        },
      ],
      [
        'an admin who is demoted while making a key that is bound to nobody',
        'auth.escalation',
        async ({ operator, person }) => {
          await person('ada', { roles: ['admin'] });
          const bob = await person('bob', { roles: ['admin'] });
          return [
            make(bob, { permissions: ['apikeys:view'], owner: null }),
            () => operator.put('/member/bob', { roles: ['manager'] }),
          ];
        },
      ],
      [
        'a person who is removed',
        'auth.unauthenticated',
        async ({ operator, person }) => {
          const bob = await person('bob', { roles: ['manager'] });
          return [make(bob, { permissions: ['apikeys:view'] }), () => operator.delete('/member/bob')];
        },
      ],
      [
        'a key whose owner is demoted',
        'auth.escalation',
        async ({ operator, person, key }) => {
          const bob = await person('bob', { permissions: ['apikeys:create', 'apikeys:view'] });
          const { client } = await key({ permissions: ['apikeys:create', 'apikeys:view'] }, bob);
          return [
            make(client, { permissions: ['apikeys:view'] }),
            () => operator.put('/member/bob', { permissions: ['apikeys:create'] }),
          ];
        },
      ],
      [
        'a key whose owner is removed',
        'auth.unauthenticated',
        async ({ operator, person, key }) => {
          const bob = await person('bob', { roles: ['manager'] });
          const { client } = await key({ permissions: ['apikeys:create'] }, bob);
          return [make(client, { permissions: ['apikeys:create'] }), () => operator.delete('/member/bob')];
        },
      ],
    ])('a key is made by %s: before that, or not at all', async (_, refusal, pair) => {
      expect(await bothOrders(AT_THE_END, pair)).toEqual({
        oneFirst: ['done', 'done'],
        otherFirst: ['done', refusal],
      });
    });

    it('a key makes another while it is given to somebody else, and its member removed: bound to who has it then', async () => {
      const { operator, person, key } = await createWorld();
      const ann = await person('ann', { roles: ['manager'] });
      await person('bob', { roles: ['manager'] });
      const { id, client } = await key({ permissions: ['apikeys:*'] }, ann);

      const answers = await queue(service, AT_THE_END, [
        () => operator.patch(`/apikey/${id}`, { owner: 'bob' }),
        () => operator.delete('/member/ann'),
        make(client, { permissions: ['apikeys:view'] }),
      ]);

      expect(answers.map(outcomeOf)).toEqual(['done', 'done', 'done']);
      const made = answers.at(-1)?.body;
      expect(made).toMatchObject({ owner: { type: 'user', id: 'bob' }, effectivePermissions: ['apikeys:view'] });
      const verify = async () => (await operator.post('/verify', { apiKey: made.apiKey }).expect(200)).body;
      expect(await verify()).toMatchObject({ valid: true, permissions: ['apikeys:view'] });
      await operator.delete('/member/bob').expect(200);
      expect(await verify()).toEqual({ valid: false, code: 'orphaned' });
    });

    it('a key takes another from a person whose it becomes itself: before that, or not at all', async () => {
      const pair: Pair = async ({ operator, person, key }) => {
        const ann = await person('ann', { roles: ['manager'] });
        const bob = await person('bob', { roles: ['manager'] });
        const { id, client } = await key({ permissions: ['apikeys:*'] }, ann);
        const bobs = await key({ permissions: ['apikeys:view'] }, bob);
        return [
          () => client.patch(`/apikey/${bobs.id}`, { owner: 'ann' }),
          () => operator.patch(`/apikey/${id}`, { owner: 'bob' }),
        ];
      };
      expect(await bothOrders(AT_THE_END, pair)).toEqual({
        oneFirst: ['done', 'done'],
        otherFirst: ['done', 'auth.escalation'],
      });
    });

    it('a role is narrowed and then widened while its holder makes a key: what was taken before is not given', async () => {
      type Name = 'create' | 'narrow' | 'widen';
      const inOrder = async (...order: Name[]) => {
        const { operator, role, key } = await createWorld();
        const id = await role('Support', 'apikeys:*', 'roles:manage');
        const { client } = await key({ roles: [id] });
        const replace = (...permissions: string[]) => operator.put(`/role/${id}`, { name: 'Support', permissions });
        const calls: Record<Name, Call> = {
          create: make(client, { permissions: ['roles:manage'] }),
          narrow: () => replace('apikeys:create'),
          widen: () => replace('apikeys:*', 'members:*'),
        };
        const ordered = order.map((name) => calls[name]);
        return (await queue(service, AT_THE_END, ordered)).map(outcomeOf);
      };

      expect(await inOrder('create', 'narrow', 'widen')).toEqual(['done', 'done', 'done']);
      expect(await inOrder('narrow', 'create', 'widen')).toEqual(['done', 'auth.escalation', 'done']);
      expect(await inOrder('narrow', 'widen', 'create')).toEqual(['done', 'done', 'auth.escalation']);
    });

    it.each<[holder: string, Pair]>([
      [
        'a member',
        async ({ operator, role }) => {
          const id = await role('Support', 'apikeys:view');
          return [() => operator.put('/member/ann', { roles: [id] }), () => operator.delete(`/role/${id}`)];
        },
      ],
      [
        'a key',
        async ({ operator, role, keyWith }) => {
          const id = await role('Support', 'apikeys:view');
          const key = await keyWith('apikeys:view');
          return [
            () => operator.patch(`/apikey/${key.id}`, { roles: ['Support'] }),
            () => operator.delete(`/role/${id}`),
          ];
        },
      ],
      [
        'a new key',
        async ({ operator, role }) => {
          const id = await role('Support', 'apikeys:view');
          return [make(operator, { roles: ['Support'] }), () => operator.delete(`/role/${id}`)];
        },
      ],
    ])('a role is deleted while it is given to %s: nobody holds a role that is gone', async (_, pair) => {
      expect(await bothOrders(AT_THE_END, pair)).toEqual({
        oneFirst: ['done', 'role.in_use'],
        otherFirst: ['done', 'role.unknown'],
      });
      expect(await service.app.get(Database, { strict: false }).query(DANGLING)).toEqual([]);
    });

    it.each<[holder: string, give: (by: Client) => Call]>([
      ['a member', (by) => () => by.put('/member/ann', { permissions: [PERMISSION.name] })],
      ['a new key', (by) => make(by, { permissions: [PERMISSION.name] })],
      ['a role', (by) => () => by.post('/role', { name: 'Support', permissions: [PERMISSION.name] })],
    ])('a permission is deleted while it is given to %s: nothing grants what is gone', async (_, give) => {
      const pair: Pair = ({ operator }) => [give(operator), () => operator.delete(`/permission/${PERMISSION.name}`)];
      expect(await bothOrders(AT_THE_END, pair)).toEqual({
        oneFirst: ['done', 'permission.in_use'],
        otherFirst: ['done', 'permission.unknown'],
      });
    });

    it.each<[what: string, refusal: string, Pair]>([
      [
        'a key',
        'apikey.not_found',
        async ({ operator, keyWith }) => {
          const path = `/apikey/${(await keyWith('apikeys:view')).id}`;
          return [() => operator.patch(path, { permissions: ['apikeys:create'] }), () => operator.delete(path)];
        },
      ],
      [
        'a role',
        'role.not_found',
        async ({ operator, role }) => {
          const path = `/role/${await role('Support', 'apikeys:view')}`;
          const body = { name: 'Support', permissions: ['apikeys:create'] };
          return [() => operator.put(path, body), () => operator.delete(path)];
        },
      ],
    ])('%s is changed while it is deleted: before that, or it is not found', async (_, refusal, pair) => {
      expect(await bothOrders(AT_THE_END, pair)).toEqual({ oneFirst: ['done', 'done'], otherFirst: ['done', refusal] });
    });

    it.each<[what: string, refusal: string, strip: (by: Client, whom: string) => Call]>([
      ['demote', 'auth.escalation', (by, whom) => () => by.put(`/member/${whom}`, { roles: ['viewer'] })],
      ['remove', 'auth.unauthenticated', (by, whom) => () => by.delete(`/member/${whom}`)],
    ])('two admins %s each other: the second stays', async (_, refusal, strip) => {
      const pair: Pair = async ({ person }) => {
        const ann = await person('ann', { roles: ['admin'] });
        const bob = await person('bob', { roles: ['admin'] });
        return [strip(ann, 'bob'), strip(bob, 'ann')];
      };
      expect(await bothOrders(AT_THE_END, pair)).toEqual({
        oneFirst: ['done', refusal],
        otherFirst: ['done', refusal],
      });
    });

    it.each<[who: string, Pair]>([
      [
        'two members',
        async ({ person }) => {
          const held = { permissions: ['apikeys:*', 'members:manage'] };
          const ann = await person('ann', held);
          const bob = await person('bob', held);
          return [
            () => ann.put('/member/bob', { permissions: ['members:manage'] }),
            () => bob.put('/member/ann', { roles: ['manager'], permissions: ['members:manage'] }),
          ];
        },
      ],
      [
        'two keys',
        async ({ key }) => {
          const one = await key({ permissions: ['apikeys:update', 'apikeys:view'] });
          const other = await key({ permissions: ['apikeys:update', 'apikeys:view'] });
          return [
            () => one.client.patch(`/apikey/${other.id}`, { permissions: ['apikeys:update'] }),
            () =>
              other.client.patch(`/apikey/${one.id}`, {
                permissions: ['apikeys:view', 'apikeys:update'],
                description: 'Seen',
              }),
          ];
        },
      ],
      [
        'two people, through the roles of the other,',
        async ({ person, role }) => {
          const one = await role('One', 'roles:manage', 'members:manage');
          const other = await role('Other', 'roles:manage', 'members:manage');
          const ann = await person('ann', { roles: [one] });
          const bob = await person('bob', { roles: [other] });
          return [
            () => ann.put(`/role/${other}`, { name: 'Other', permissions: ['roles:manage'] }),
            () => bob.put(`/role/${one}`, { name: 'One', permissions: ['members:manage', 'roles:manage'] }),
          ];
        },
      ],
      [
        'a member and the holder of a role',
        async ({ person, role }) => {
          const one = await role('One', 'roles:manage', 'members:manage');
          const ann = await person('ann', { roles: [one] });
          const bob = await person('bob', { permissions: ['roles:manage', 'members:manage'] });
          return [
            () => ann.put('/member/bob', { permissions: ['roles:manage'] }),
            () => bob.put(`/role/${one}`, { name: 'One', permissions: ['members:manage', 'roles:manage'] }),
          ];
        },
      ],
    ])('%s change each other: one after the other, by what is held then', async (_, pair) => {
      expect(await bothOrders(HALFWAY, pair)).toEqual({
        oneFirst: ['done', 'auth.escalation'],
        otherFirst: ['done', 'done'],
      });
    });

    // In orders that the queue does not make: several at once, of which each finds others at any point.
    it('many who change each other, in no order: no fault, nothing half done', async () => {
      const round = async () => {
        const { operator, role, person } = await createWorld();
        const permissions = ['roles:manage', 'members:manage', 'apikeys:create'];
        const [one, other] = [await role('One', ...permissions), await role('Other', ...permissions)];
        const ann = await person('ann', { roles: [one] });
        const bob = await person('bob', { roles: [other] });
        const narrower = { permissions: ['roles:manage', 'members:manage'] };

        const answers = await Promise.all([
          ann.put(`/role/${other}`, { name: 'Other', ...narrower }),
          bob.put(`/role/${one}`, { name: 'One', ...narrower }),
          ann.put('/member/bob', { roles: [one] }),
          bob.put('/member/ann', { roles: [other] }),
          make(ann, { permissions: ['apikeys:create'] })(),
        ]);

        const { data } = (await operator.get('/audit?outcome=success').expect(200)).body as { data: Body[] };
        return { outcomes: answers.map(outcomeOf), recorded: data.filter(({ actor }) => actor.type === 'user').length };
      };
      for (let at = 0; at < ROUNDS; at += ROUNDS_AT_ONCE) {
        for (const { outcomes, recorded } of await Promise.all(Array.from({ length: ROUNDS_AT_ONCE }, round))) {
          const made = outcomes.at(-1);
          expect(['done', 'auth.escalation']).toEqual(expect.arrayContaining(outcomes.slice(0, -1)));
          // Who asks when all is over does not hold the permission any more.
          expect(['done', 'auth.escalation', 'auth.permission_denied']).toContain(made);
          expect(recorded).toBe(outcomes.filter((outcome) => outcome === 'done').length);
        }
      }
    });
  });
});

function make(by: Client, body: Body): Call {
  return () => by.post('/apikey', { keyName: uniqueName('Key'), ...body });
}

function outcomeOf({ status, body }: Answer): string {
  return status < 300 ? 'done' : String(body.code);
}
