import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../../src/database/database.js';
import type { Answer, Body, Client } from '../support/client.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 24);
const ROUNDS_AT_ONCE = 4;
const LONG = 600_000;

const DANGLING = `SELECT assignment.role_id FROM latchkey_role_assignments assignment
  LEFT JOIN latchkey_roles role ON role.id = assignment.role_id
  WHERE role.id IS NULL AND assignment.role_id NOT IN ('admin', 'manager', 'auditor', 'viewer')`;

type Call = () => PromiseLike<Answer>;

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

    const person = async ({ id, operator }: WorkspaceFixture, subject: string, roles: string[]): Promise<Client> => {
      await operator.put(`/member/${subject}`, { roles }).expect(200);
      return service.anonymous.as(await provider.token(subject)).in(id);
    };

    /**
     * Runs a race many times, several at once, each in a workspace of its own; counts how its calls ended. Which of the
     * outcomes occur, and how often, is up to the machine.
     */
    const race = async (
      outcomes: string[],
      round: (workspace: WorkspaceFixture, start: (...calls: Call[]) => Promise<Answer[]>) => Promise<void>,
    ): Promise<Record<string, number>> => {
      const tally: Record<string, number> = {};
      const runner = async (first: number) => {
        for (let at = first; at < ROUNDS; at += ROUNDS_AT_ONCE) {
          const workspace = await createWorkspace(service);
          await round(workspace, async (...calls) => {
            // Who comes first in the queue takes turns.
            const turn = Math.floor(at / ROUNDS_AT_ONCE) % calls.length;
            const turned = [...calls.slice(turn), ...calls.slice(0, turn)];
            const answers = await Promise.all(turned.map((call) => call()));
            for (const answer of answers) {
              const outcome = outcomeOf(answer);
              expect(outcomes).toContain(outcome);
              tally[outcome] = (tally[outcome] ?? 0) + 1;
            }
            return answers;
          });
        }
      };
      await Promise.all(Array.from({ length: ROUNDS_AT_ONCE }, (_, first) => runner(first)));
      if (process.env['SHOW_RACES']) process.stderr.write(`${kind} ${JSON.stringify(tally)}\n`);
      return tally;
    };

    /** What happened in the workspace, in the order in which it took effect. */
    const history = async ({ operator }: WorkspaceFixture): Promise<Body[]> =>
      (await operator.get('/audit?limit=100&outcome=success').expect(200)).body.data.reverse();

    const positionOf = (records: Body[], action: string, targetId?: string): number =>
      records.findIndex((one) => one.action === action && (!targetId || one.targets[0].id === targetId));

    it(
      'a role narrowed and widened again, and keys created by its holder: none has what was taken before',
      async () => {
        const tally = await race(['done', 'auth.escalation', 'auth.permission_denied'], async (workspace, start) => {
          const { operator } = workspace;
          const role = { name: 'Support', permissions: ['apikeys:*', 'roles:manage'] };
          const { id } = (await operator.post('/role', role).expect(201)).body;
          const { apiKey } = (
            await operator.post('/apikey', { keyName: 'Holder', permissions: [], roles: [id] }).expect(201)
          ).body;
          const holder = service.anonymous.as(apiKey);
          const create = () => holder.post('/apikey', { keyName: uniqueName('K'), permissions: ['roles:manage'] });
          const narrow = () => operator.put(`/role/${id}`, { ...role, permissions: ['apikeys:create'] });
          const widen = () => operator.put(`/role/${id}`, { ...role, permissions: ['apikeys:*', 'members:*'] });

          const answers = await start(create, narrow, create, widen, create);

          const records = await history(workspace);
          const taken = positionOf(records, 'role.updated', id);
          for (const { body } of answers.filter(({ body }) => body.apiKey)) {
            expect(positionOf(records, 'apikey.created', body.id)).toBeLessThan(taken);
          }
        });
        expect(tally['done']).toBeGreaterThan(0);
      },
      LONG,
    );

    it(
      'an admin demoted while creating a key that is bound to nobody: it is there before, or not at all',
      async () => {
        const tally = await race(['done', 'auth.escalation', 'auth.permission_denied'], async (workspace, start) => {
          await person(workspace, 'ada', ['admin']);
          const bob = await person(workspace, 'bob', ['admin']);
          const create = () =>
            bob.post('/apikey', { keyName: uniqueName('K'), permissions: ['apikeys:view'], owner: null });
          const demote = () => workspace.operator.put('/member/bob', { roles: ['manager'] });

          const answers = await start(create, create, demote, create);

          const records = await history(workspace);
          const demoted = positionOf(records, 'member.updated', 'bob');
          for (const { body } of answers.filter(({ body }) => body.apiKey)) {
            expect(positionOf(records, 'apikey.created', body.id)).toBeLessThan(demoted);
          }
        });
        expect(tally['done']).toBeGreaterThan(0);
      },
      LONG,
    );

    it(
      'a role deleted while it is given to keys and members: nobody holds a role that is gone',
      async () => {
        const tally = await race(['done', 'role.unknown', 'role.in_use'], async ({ operator, keyWith }, start) => {
          const { id } = (await operator.post('/role', { name: 'Support', permissions: ['apikeys:view'] }).expect(201))
            .body;
          const key = await keyWith('apikeys:view');

          await start(
            () => operator.put('/member/ann', { roles: ['Support'] }),
            () => operator.delete(`/role/${id}`),
            () => operator.patch(`/apikey/${key.id}`, { roles: ['Support'] }),
            () => operator.post('/apikey', { keyName: uniqueName('K'), roles: ['Support'] }),
          );
        });
        expect(await service.app.get(Database, { strict: false }).query(DANGLING)).toEqual([]);
        expect(tally['done']).toBeGreaterThan(0);
      },
      LONG,
    );

    it.each([
      ['demoting', (by: Client, whom: string) => by.put(`/member/${whom}`, { roles: ['viewer'] })],
      ['removing', (by: Client, whom: string) => by.delete(`/member/${whom}`)],
    ])(
      'two admins %s each other: one of them stays',
      async (_, strip) => {
        const tally = await race(
          ['done', 'member.last_admin', 'auth.permission_denied', 'auth.unauthenticated', 'auth.escalation'],
          async (workspace, start) => {
            const ann = await person(workspace, 'ann', ['admin']);
            const bob = await person(workspace, 'bob', ['admin']);

            await start(
              () => strip(ann, 'bob'),
              () => strip(bob, 'ann'),
            );

            const members = (await workspace.operator.get('/member').expect(200)).body as Body[];
            expect(members.filter(({ roles }) => roles.includes('admin'))).toHaveLength(1);
          },
        );
        expect(tally['done']).toBe(ROUNDS);
      },
      LONG,
    );

    it(
      'roles of two holders who edit each other’s, and members who change each other: no fault, nothing half done',
      async () => {
        await race(['done', 'auth.permission_denied', 'auth.escalation'], async (workspace, start) => {
          const { operator } = workspace;
          const roles = await Promise.all(
            ['One', 'Two'].map(async (name) => {
              const permissions = ['roles:manage', 'members:manage', 'apikeys:create'];
              return (await operator.post('/role', { name, permissions }).expect(201)).body.id as string;
            }),
          );
          const ann = await person(workspace, 'ann', [roles[0]!]);
          const bob = await person(workspace, 'bob', [roles[1]!]);
          const edit = (by: Client, at: number) => () =>
            by.put(`/role/${roles[at]}`, { name: uniqueName('Role'), permissions: ['roles:manage', 'members:manage'] });

          await start(
            edit(ann, 1),
            edit(bob, 0),
            () => ann.put('/member/bob', { roles: [roles[0]] }),
            () => bob.put('/member/ann', { roles: [roles[1]] }),
            () => ann.post('/apikey', { keyName: uniqueName('K'), permissions: ['roles:manage'] }),
          );
        });
      },
      LONG,
    );
  });
});

function outcomeOf({ status, body }: Answer): string {
  return status < 300 ? 'done' : String(body.code);
}
