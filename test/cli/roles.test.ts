import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userInfo } from 'node:os';
import { CommandLine } from '../support/command-line.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('latchkey role, latchkey member, next to a running service', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let commandLine: CommandLine;

    beforeAll(async () => {
      // On SQLite a service that remembers keys could not be told what has changed, and the commands are refused.
      service = await startService(kind, kind === 'sqlite' ? { LATCHKEY_CACHE_SIZE: '0' } : {});
      workspace = await createWorkspace(service);
      commandLine = new CommandLine(service.store);
    });

    afterAll(() => service.stop());

    const inWorkspace = (...args: string[]) => [...args, '--workspace', workspace.id];
    const run = (...args: string[]) => commandLine.run(...inWorkspace(...args));
    const json = (...args: string[]) => commandLine.json(...inWorkspace(...args));
    const createRole = (name: string, ...permissions: string[]) =>
      json('role', 'create', '--name', name, ...permissions.flatMap((permission) => ['--permission', permission]));

    describe('role', () => {
      it('create makes a role that keys can be given, and the trail says who made it', async () => {
        const role = await createRole('Support', 'apikeys:view', 'auditLogs:*');
        expect(role).toMatchObject({ name: 'Support', permissions: ['apikeys:view', 'auditLogs:*'], builtIn: false });

        const key = await json('key', 'create', '--name', uniqueName('K'), '--role', 'Support', '--role', 'viewer');
        expect(key).toMatchObject({ permissions: [], roles: ['Support', 'viewer'] });
        await service.anonymous.as(key.apiKey).get('/audit').expect(200);
        expect((await run('key', 'list')).stdout).toContain('Support,viewer');

        const { body } = await workspace.operator.get(`/audit?targetId=${role.id}`).expect(200);
        expect(body.data).toMatchObject([
          { action: 'role.created', actor: { display: `${userInfo().username} (command line)` } },
        ]);
      });

      it('list prints the built-in roles, then the workspace’s own', async () => {
        const { id, name } = await createRole(uniqueName('Listed'), 'apikeys:view');

        const { stdout } = await run('role', 'list');
        expect(stdout).toMatch(/^ID +NAME +KIND +PERMISSIONS\nadmin +admin +built-in +\*\n/);
        expect(stdout.split('\n').find((line) => line.startsWith(id))).toMatch(
          new RegExp(`${name} +custom +apikeys:view$`),
        );

        const page = await json('role', 'list', '--limit', '2', '--page', '2');
        expect(page.data.map((role: { name: string }) => role.name)).toEqual(['auditor', 'viewer']);
        expect((await run('role', 'list', '--limit', '2')).stdout).toContain(
          `\n2 of ${page.total}; the next with --page 2.\n`,
        );
      });

      it('update replaces a role, and says before who would gain or lose what', async () => {
        const name = uniqueName('Updated');
        const { id } = await createRole(name, 'apikeys:view');
        const key = await json('key', 'create', '--name', uniqueName('K'), '--role', name);
        const update = ['role', 'update', id, '--name', name, '--permission', 'roles:view'];

        const preview = await json(...update, '--dry-run');
        expect(preview.effects).toEqual([
          { type: 'apikey', id: key.id, gains: ['roles:view'], loses: ['apikeys:view'] },
        ]);
        expect((await run(...update, '--dry-run')).stdout).toContain(`apikey  ${key.id}  roles:view  apikeys:view\n`);
        await service.anonymous.as(key.apiKey).get('/role').expect(403);

        expect(await run(...update)).toMatchObject({ code: 0, stdout: `Updated role ${id}, ${name}.\n` });
        await service.anonymous.as(key.apiKey).get('/role').expect(200);
        expect((await run(...update, '--dry-run')).stdout).toBe('Nobody would gain or lose a permission.\n');
      });

      it('delete deletes a role that nobody holds; 1: one in use, a built-in one, an unknown one', async () => {
        const name = uniqueName('Deleted');
        const { id } = await createRole(name, 'apikeys:view');
        await json('member', 'set', 'dan', '--role', name);
        expect(await run('role', 'delete', id)).toMatchObject({
          code: 1,
          stderr: 'latchkey: The role is held by member dan. Take it from them first.\n',
        });
        await json('member', 'remove', 'dan');

        expect(await json('role', 'delete', id)).toEqual({ affected: 1, raw: [] });
        await workspace.operator.get(`/role/${id}`).expect(404);
        expect(await run('role', 'delete', 'admin')).toMatchObject({ code: 1, stdout: '' });
        expect(await run('role', 'delete', UNKNOWN_ID)).toMatchObject({
          code: 1,
          stderr: 'latchkey: The role does not exist.\n',
        });
      });

      it('2: refuses input in the words of the API', async () => {
        for (const permissions of [['apikeys:veiw'], ['workspaces:manage']]) {
          const name = uniqueName('Refused');
          const refused = await workspace.operator.post('/role', { name, permissions }).expect(400);
          expect(await run('role', 'create', '--name', name, '--permission', ...permissions)).toEqual({
            code: 2,
            stderr: `latchkey: ${refused.body.message}\n`,
            stdout: '',
          });
        }
      });
    });

    describe('member', () => {
      it('set adds a member, then replaces what they hold', async () => {
        const set = ['member', 'set', 'auth0|ann'];
        expect((await run(...set, '--role', 'viewer', '--permission', 'roles:view')).stdout).toBe(
          'Member auth0|ann may now do: roles:view, apikeys:view.\n',
        );
        expect(await json(...set, '--role', 'manager')).toMatchObject({
          subject: 'auth0|ann',
          roles: ['manager'],
          permissions: [],
        });
        expect((await run(...set)).stdout).toBe('Member auth0|ann may now do: nothing.\n');
      });

      it('list prints members by subject', async () => {
        const other = await createWorkspace(service);
        const list = ['member', 'list', '--workspace', other.id];
        expect((await commandLine.run(...list)).stdout).toBe('There are no members.\n');
        await other.operator.put('/member/zoe', { roles: ['auditor'] }).expect(200);
        await other.operator.put('/member/ann', { permissions: ['roles:view'] }).expect(200);

        const { stdout } = await commandLine.run(...list);

        expect(stdout).toMatch(/^SUBJECT +ROLES +PERMISSIONS +MAY DO\nann .*\nzoe +auditor .*auditLogs:\*\n$/);
        expect(await commandLine.json(...list, '--limit', '1')).toMatchObject({ total: 2, data: [{ subject: 'ann' }] });
      });

      it('remove orphans or deletes the keys bound to the member; --dry-run prints which', async () => {
        const bound = async (subject: string): Promise<string> => {
          await json('member', 'set', subject, '--role', 'viewer');
          const body = { keyName: uniqueName('Bound'), permissions: ['apikeys:view'], owner: subject };
          return String((await workspace.operator.post('/apikey', body).expect(201)).body.id);
        };
        const [kept, gone] = [await bound('kit'), await bound('liv')];
        expect((await run('member', 'remove', 'kit', '--dry-run')).stdout).toMatch(
          new RegExp(`^KEY +NAME +WOULD BE\\n${kept} +Bound \\d+ +orphaned\\n$`),
        );
        expect(await json('member', 'remove', 'liv', '--keys', 'delete', '--dry-run')).toMatchObject({
          orphaned: [],
          deleted: [{ id: gone }],
        });
        expect((await run('member', 'remove', 'kit')).stdout).toContain('orphaned');
        expect((await run('member', 'remove', 'liv', '--keys', 'delete')).stdout).toContain('deleted');
        expect((await json('key', 'list', '--status', 'orphaned')).data).toMatchObject([{ id: kept }]);
        await workspace.operator.get(`/apikey/${gone}`).expect(404, 'apikey.not_found');
        expect(await run('member', 'remove', 'kit', '--keys', 'keep')).toMatchObject({ code: 2 });
      });

      it('remove removes a member; 1: one that there is not, and the last admin', async () => {
        await json('member', 'set', 'rex', '--role', 'viewer');
        expect(await json('member', 'remove', 'rex')).toEqual({ affected: 1, raw: [] });
        expect(await run('member', 'remove', 'rex')).toMatchObject({
          code: 1,
          stderr: 'latchkey: The workspace has no member with this subject.\n',
        });

        await json('member', 'set', 'ada', '--role', 'admin');
        for (const attempt of [
          ['remove', 'ada'],
          ['set', 'ada', '--role', 'viewer'],
        ]) {
          const { code, stderr } = await run('member', ...attempt);
          expect({ code, stderr }).toEqual({
            code: 1,
            stderr: 'latchkey: This is the last admin of the workspace. Make another member admin first.\n',
          });
        }
      });

      it('2: refuses a role that there is not, naming the nearest', async () => {
        expect(await run('member', 'set', 'tim', '--role', 'audtior')).toEqual({
          code: 2,
          stdout: '',
          stderr: 'latchkey: There is no role audtior; did you mean auditor?\n',
        });
      });
    });
  });
});
