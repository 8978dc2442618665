import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../src/kernel/ids.js';
import { CommandLine } from '../support/command-line.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

describe('latchkey restore reconcile', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let commandLine: CommandLine;
    let folder: string;

    beforeAll(async () => {
      service = await startService(kind);
      commandLine = new CommandLine(service.store);
      folder = await mkdtemp(join(tmpdir(), 'latchkey-restore-'));
    });

    afterAll(async () => {
      await service.stop();
      await rm(folder, { recursive: true });
    });

    const record = (
      action: string,
      type: string,
      id: string,
      workspaceId: string | null,
      { outcome = 'success', occurredDate = '2030-01-31T12:00:00.000Z' } = {},
    ) => ({
      id: newId(),
      action,
      outcome,
      occurredDate,
      workspaceId,
      targets: [{ type, id, display: 'x' }],
    });

    const trailOf = async (...records: object[]): Promise<string> => {
      const path = join(folder, `${uniqueName('trail')}.ndjson`);
      await writeFile(path, records.map((each) => `${JSON.stringify(each)}\n`).join(''));
      return path;
    };

    it('makes again what the trail says was made, and nothing else; once', async () => {
      const [kept, doomed] = [await createWorkspace(service), await createWorkspace(service)];
      const key = () => kept.keyWith('apikeys:view');
      const [deleted, disabled, enabledAgain, notDeleted, untouched] = [
        await key(),
        await key(),
        await key(),
        await key(),
        await key(),
      ];
      const inDoomed = await doomed.keyWith('apikeys:view');
      for (const subject of ['ann', 'bob'])
        await kept.operator.put(`/member/${subject}`, { roles: ['admin'] }).expect(200);
      const operatorId = String((await commandLine.json('operator', 'create', '--name', 'alice')).id);
      const trail = await trailOf(
        record('apikey.deleted', 'apikey', deleted.id, kept.id),
        record('apikey.disabled', 'apikey', deleted.id, kept.id),
        record('apikey.disabled', 'apikey', disabled.id, kept.id),
        // Put together in another order.
        record('apikey.enabled', 'apikey', enabledAgain.id, kept.id, { occurredDate: '2030-01-31T12:00:00.001Z' }),
        record('apikey.disabled', 'apikey', enabledAgain.id, kept.id),
        record('apikey.deleted', 'apikey', notDeleted.id, kept.id, { outcome: 'denied' }),
        // Of another workspace than it says.
        record('apikey.deleted', 'apikey', untouched.id, doomed.id),
        record('apikey.deleted', 'apikey', newId(), kept.id),
        record('member.removed', 'member', 'ann', kept.id),
        record('member.removed', 'member', 'bob', kept.id),
        record('member.added', 'member', 'bob', kept.id),
        record('workspace.deleted', 'workspace', doomed.id, doomed.id),
        record('apikey.deleted', 'apikey', inDoomed.id, doomed.id),
        record('operator.deleted', 'operator', operatorId, null),
        record('role.updated', 'role', newId(), kept.id),
      );
      // On SQLite whoever serves would have to be told.
      await service.app.close();

      const planned = await commandLine.json('restore', 'reconcile', '--trail', trail, '--dry-run');
      const expected = [
        { what: 'workspace', id: doomed.id },
        { what: 'apikey', id: deleted.id },
        { what: 'disabled apikey', id: disabled.id },
        { what: 'member', id: 'ann' },
        { what: 'operator', id: operatorId },
      ];
      expect(planned).toMatchObject({
        dryRun: true,
        steps: expected,
        others: { 'role.updated': 1, 'member.added': 1 },
      });
      expect(planned.steps).toHaveLength(expected.length);
      const text = await commandLine.run('restore', 'reconcile', '--trail', trail, '--dry-run');
      expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining(`Would delete API key ${deleted.id}`) });
      expect(text.stdout).toContain('look at them by hand: 1 member.added, 1 role.updated.');
      expect((await commandLine.json('key', 'list', '--workspace', kept.id)).total).toBe(5);

      expect(await commandLine.json('restore', 'reconcile', '--trail', trail)).toMatchObject({ steps: expected });

      const { data } = await commandLine.json('key', 'list', '--workspace', kept.id);
      const states = Object.fromEntries(data.map(({ id, enabled }: { id: string; enabled: boolean }) => [id, enabled]));
      expect(states).toEqual({
        [disabled.id]: false,
        [enabledAgain.id]: true,
        [notDeleted.id]: true,
        [untouched.id]: true,
      });
      const members = await commandLine.json('member', 'list', '--workspace', kept.id);
      expect(members.data.map(({ subject }: { subject: string }) => subject)).toEqual(['bob']);
      expect((await commandLine.run('key', 'list', '--workspace', doomed.id)).code).not.toBe(0);
      expect(await commandLine.json('restore', 'reconcile', '--trail', trail)).toMatchObject({ steps: [] });
      const done = await commandLine.run('restore', 'reconcile', '--trail', trail);
      expect(done.stdout).toContain('The database has nothing that the trail says is gone.');
    });

    describe('without a service', () => {
      let store: Store;
      let line: CommandLine;
      let workspace: string;

      beforeEach(async () => {
        store = await createStore(kind);
        line = new CommandLine(store);
        await line.json('migrate');
        workspace = String((await line.json('workspace', 'create', '--name', 'Acme')).id);
      });

      afterEach(() => store.drop());

      const newKey = () =>
        line.json('key', 'create', '--workspace', workspace, '--name', 'Key', '--permission', 'apikeys:view');

      it('1: names what must not be done, and does all else', async () => {
        await line.json('member', 'set', 'ann', '--workspace', workspace, '--role', 'admin');
        const { id } = await newKey();
        const operator = await line.json('operator', 'create', '--name', 'alice');
        const trail = await trailOf(
          record('member.removed', 'member', 'ann', workspace),
          record('operator.deleted', 'operator', operator.id, null),
          record('apikey.deleted', 'apikey', id, workspace),
        );

        const { code, stdout, stderr } = await line.run('restore', 'reconcile', '--trail', trail);

        expect([code, stdout]).toEqual([1, `Deleted API key ${id}, Key.\n`]);
        expect(stderr).toMatch(
          /^latchkey: Not all could be made again\. member ann: .*admin.* operator .*, alice: .*last.*\n$/,
        );
        expect(await line.json('key', 'list', '--workspace', workspace)).toMatchObject({ total: 0 });
      });

      it('leaves the operator of the environment to the environment', async () => {
        const id = newId();
        await withSql(store, (query) =>
          query(`INSERT INTO latchkey_operators (id, name, hash, created_date)
                 VALUES ('${id}', 'environment', 'x', '2030-01-01T00:00:00.000Z')`),
        );
        const trail = await trailOf(record('operator.deleted', 'operator', id, null));
        expect(await line.json('restore', 'reconcile', '--trail', trail)).toMatchObject({ steps: [] });
      });

      it('1: the trail of another database', async () => {
        const { id } = await newKey();
        const trail = await trailOf(record('apikey.deleted', 'apikey', id, newId()));
        const { code, stderr } = await line.run('restore', 'reconcile', '--trail', trail);
        expect([code, stderr]).toEqual([1, expect.stringContaining('The trail is that of another database')]);
        expect(await line.json('key', 'list', '--workspace', workspace)).toMatchObject({ total: 1 });
      });
    });

    it('1: a line that is no record is named, and nothing is changed', async () => {
      const path = join(folder, 'damaged.ndjson');
      const good = JSON.stringify(record('apikey.deleted', 'apikey', newId(), newId()));
      for (const bad of ['{', '[]', 'null', '{"id":"x"}', good.replace('"targets":[', '"targets":[null,')]) {
        await writeFile(path, `${good}\n\n${bad}\n`);
        const { code, stderr } = await commandLine.run('restore', 'reconcile', '--trail', path);
        expect([code, stderr]).toEqual([1, expect.stringContaining('line 3 is no record of a trail')]);
      }
      const missing = await commandLine.run('restore', 'reconcile', '--trail', join(folder, 'none'));
      expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
      expect((await commandLine.run('restore', 'reconcile')).code).toBe(2);
    });
  });
});
