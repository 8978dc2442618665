import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userInfo } from 'node:os';
import { CommandLine } from '../support/command-line.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const SECRET = /^lk_[0-9A-Za-z]{49}$/m;
const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('latchkey key, next to a running service', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let commandLine: CommandLine;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      commandLine = new CommandLine(service.store);
    });

    afterAll(() => service.stop());

    const inWorkspace = (...args: string[]) => [...args, '--workspace', workspace.id];
    const create = (name: string, ...more: string[]) =>
      commandLine.json(...inWorkspace('key', 'create', '--name', name, '--permission', 'apikeys:view'), ...more);

    describe('create', () => {
      it('prints the secret once, and the service accepts it', async () => {
        const { code, stdout } = await commandLine.run(
          ...inWorkspace('key', 'create', '--name', 'Shown', '--permission', 'apikeys:view'),
        );

        expect(code).toBe(0);
        const [secret = ''] = SECRET.exec(stdout) ?? [];
        const { body } = await service.anonymous.as(secret).get('/apikey?search=Shown').expect(200);
        expect(body[0].keyName).toBe('Shown');
        expect((await commandLine.run(...inWorkspace('key', 'list'))).stdout).not.toContain(secret);
      });

      it('takes what the API takes: permissions, a description, an expiry', async () => {
        const created = await create(
          'Whole',
          ...['--permission', 'auditLogs:*', '--description', 'Nightly', '--expires-in-seconds', '3600'],
        );

        const { body } = await workspace.operator.get(`/apikey/${created.id}`).expect(200);
        expect(body).toMatchObject({ permissions: ['apikeys:view', 'auditLogs:*'], description: 'Nightly' });
        expect(Date.parse(body.expirationDate) - Date.parse(body.createdDate)).toBe(3_600_000);
      });

      it('puts the user of the operating system on the trail', async () => {
        const { id } = await create('On the trail');

        const { body } = await workspace.operator.get(`/audit?targetId=${id}`).expect(200);
        expect(body.data).toHaveLength(1);
        expect(body.data[0]).toMatchObject({
          action: 'apikey.created',
          workspaceId: workspace.id,
          actor: { type: 'system', display: `${userInfo().username} (command line)` },
          request: null,
        });
      });

      it('2: refuses input in the words of the API', async () => {
        const typed = [
          { keyName: '', permissions: ['apikeys:view'] },
          { keyName: 'x'.repeat(101), permissions: ['apikeys:view'] },
          { keyName: 'Typo', permissions: ['apikeys:veiw'] },
          { keyName: 'Expiry', permissions: ['apikeys:view'], expiresInSeconds: 0 },
          { keyName: 'Expiry', permissions: ['apikeys:view'], expiresInSeconds: 'soon' },
        ];
        for (const body of typed) {
          const { keyName, permissions, expiresInSeconds = 60 } = body;
          const refused = await workspace.operator.post('/apikey', body).expect(400);
          const { code, stderr, stdout } = await commandLine.run(
            ...inWorkspace('key', 'create', '--name', keyName, '--permission', ...permissions),
            ...['--expires-in-seconds', String(expiresInSeconds)],
          );
          expect({ code, stderr, stdout }).toEqual({
            code: 2,
            stderr: `latchkey: ${refused.body.message}\n`,
            stdout: '',
          });
        }
      });

      it('1: a name that is taken', async () => {
        await create('Taken');

        const { code, stderr } = await commandLine.run(
          ...inWorkspace('key', 'create', '--name', 'Taken', '--permission', 'apikeys:view'),
        );

        expect(code).toBe(1);
        expect(stderr).toMatch(/^latchkey: Another API key of this workspace has this name\..*\n$/);
      });

      it('1: a workspace that does not exist', async () => {
        const args = ['key', 'create', '--name', 'Nowhere', '--permission', 'apikeys:view', '--workspace'];
        for (const id of [UNKNOWN_ID, 'nowhere', '*']) {
          expect(await commandLine.run(...args, id)).toEqual({
            code: 1,
            stdout: '',
            stderr: 'latchkey: The workspace does not exist.\n',
          });
        }
      });
    });

    describe('list', () => {
      it('prints aligned columns, with secrets masked', async () => {
        const { id, apiKey } = await create('Listed');

        const { code, stdout } = await commandLine.run(...inWorkspace('key', 'list', '--search', 'listed'));

        expect(code).toBe(0);
        const [headings = '', row = '', ...rest] = stdout.split('\n');
        expect(rest).toEqual(['']);
        expect(row.indexOf('active')).toBe(headings.indexOf('STATUS'));
        expect(row.indexOf('apikeys:view')).toBe(headings.indexOf('PERMISSIONS'));
        expect(row).toContain(id);
        expect(row).not.toContain(apiKey);
      });

      it('finds by status and page, as JSON', async () => {
        const { id } = await create('Switched off');
        await workspace.operator.patch(`/apikey/${id}`, { enabled: false }).expect(200);

        const disabled = await commandLine.json(...inWorkspace('key', 'list', '--status', 'disabled'));
        const second = await commandLine.json(...inWorkspace('key', 'list', '--limit', '1', '--page', '2'));

        expect(disabled).toMatchObject({ total: 1, data: [{ id, status: 'disabled' }] });
        expect(second.data).toHaveLength(1);
        const { stdout } = await commandLine.run(...inWorkspace('key', 'list', '--limit', '1', '--page', '2'));
        expect(stdout).toContain(`1 of ${second.total}; the next with --page 3.`);
      });

      it('shows what would steer a terminal', async () => {
        const { id } = await create('Red');
        await withSql(service.store, (query) =>
          query(`UPDATE latchkey_api_keys SET name = 'Red\u001b[31m\u202e' WHERE id = '${String(id)}'`),
        );

        const { stdout } = await commandLine.run(...inWorkspace('key', 'list', '--search', 'Red'));

        expect(stdout).toContain('Red\\u{1b}[31m\\u{202e}');
      });

      it('2: refuses a page, a limit and a status that there are not', async () => {
        const typed = [
          ['--page', '0'],
          ['--limit', '201'],
          ['--limit', 'many'],
          ['--status', 'gone'],
        ];
        for (const options of typed) {
          const { code, stderr } = await commandLine.run(...inWorkspace('key', 'list', ...options));
          expect(code).toBe(2);
          expect(stderr).toMatch(/^latchkey: (page|limit|status) must be .*\n$/);
        }
      });
    });

    describe('delete', () => {
      it('deletes under a running service on PostgreSQL, which refuses the key at once', async () => {
        if (kind === 'sqlite') return;
        const { id, apiKey } = await create('Deleted');
        const caller = service.anonymous.as(String(apiKey));
        await caller.get('/apikey').expect(200);

        const result = await commandLine.json(...inWorkspace('key', 'delete', id, '--reason', 'Left in a repository'));

        expect(result).toEqual({ affected: 1, raw: [] });
        await caller.get('/apikey').expect(401);
        const { body } = await workspace.operator.get(`/audit?targetId=${id}&action=apikey.deleted`).expect(200);
        expect(body.data).toMatchObject([{ reason: 'Left in a repository', actor: { type: 'system' } }]);
      });

      it('1: under a running service on SQLite, which answers from memory and cannot be told', async () => {
        if (kind === 'postgres') return;
        const { id, apiKey } = await create('Kept');
        const caller = service.anonymous.as(String(apiKey));

        const { code, stderr } = await commandLine.run(...inWorkspace('key', 'delete', id));

        expect(code).toBe(1);
        expect(stderr).toMatch(
          /^latchkey: Another Latchkey process serves this SQLite database .*nothing was changed.*\n$/,
        );
        await caller.get('/apikey').expect(200);
      });

      it('1: an unknown id, another workspace’s id, an id that is no UUID', async () => {
        const other = await createWorkspace(service);
        const foreign = await other.keyWith('apikeys:view');

        for (const id of [UNKNOWN_ID, foreign.id, 'nonsense']) {
          const { code, stderr } = await commandLine.run(...inWorkspace('key', 'delete', id));
          expect(code).toBe(1);
          expect(stderr).toMatch(/^latchkey: .*does not exist.*\n$/);
        }
        await foreign.client.get('/apikey').expect(200);
      });
    });
  });
});
