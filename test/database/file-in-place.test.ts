import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFile, link, readFile, rename, rm, symlink } from 'node:fs/promises';
import { newId } from '../../src/kernel/ids.js';
import { Database } from '../../src/database/database.js';
import { Revocations } from '../../src/revocation/revocations.js';
import { Child } from '../support/child-service.js';
import { CommandLine } from '../support/command-line.js';
import { withSql } from '../support/sql.js';
import { eventually } from '../support/eventually.js';
import {
  createWorkspace,
  startInstance,
  startService,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';

describe('the file of a SQLite database that is served', () => {
  let service: RunningService;
  let workspace: WorkspaceFixture;
  let key: KeyFixture;
  let path: string;

  beforeEach(async () => {
    service = await startService('sqlite');
    workspace = await createWorkspace(service);
    key = await workspace.keyWith('apikeys:view');
    path = service.store.url.replace('sqlite:', '');
  });

  afterEach(async () => {
    await service.stop();
    await service.store.drop();
  });

  const byName = (name: string) => ({ ...service.store, url: `sqlite:${name}` });
  const deleteKey = (name: string) =>
    new CommandLine(byName(name)).run('key', 'delete', key.id, '--workspace', workspace.id, '--yes');

  it('is served by one process, also by way of a symbolic link', async () => {
    const name = `${path}-link`;
    await symlink(path, name);

    expect(await deleteKey(name)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Another Latchkey process serves'),
    });
    await expect(startInstance({ ...service, store: byName(name) })).rejects.toThrow(/Another Latchkey process serves/);
    await key.client.get('/apikey').expect(200);
  });

  it('is not opened by another of its names', async () => {
    const name = `${path}-hard-link`;
    await link(path, name);

    const { code, stderr } = await deleteKey(name);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('has several names (hard links)') });
    await expect(startInstance({ ...service, store: byName(name) })).rejects.toThrow(/several names/);
    await key.client.get('/apikey').expect(200);
  });

  describe('whatever becomes of the lock file', () => {
    let lock: string;
    beforeEach(() => {
      lock = `${path}-serving`;
    });

    const servesFromMemory = () => service.app.get(Revocations, { strict: false }).mayServeFromMemory();

    const deletedByCommand = async () => {
      await key.client.get('/apikey').expect(200);
      expect(servesFromMemory()).toBe(true);
      // In a process of its own: a process does not lock itself out.
      const args = ['key', 'delete', key.id, '--workspace', workspace.id, '--yes'];
      const command = await Child.run('cli/main.js', args, { DATABASE_URL: service.store.url });
      try {
        return (await command.ended).code === 0;
      } finally {
        await command.dispose();
      }
    };

    const isRefusedFromNowOn = async () => {
      await key.client.get('/apikey').expect(401);
      await workspace.operator.delete(`/apikey/${key.id}`).expect(404);
      await eventually('it answers from memory again', () => servesFromMemory() || undefined);
      await key.client.get('/apikey').expect(401);
      const other = await workspace.keyWith('apikeys:view');
      await other.client.get('/apikey').expect(200);
      await workspace.operator.delete(`/apikey/${other.id}`).expect(200);
      await other.client.get('/apikey').expect(401);
    };

    it('is served by one process: who has it notices that the file was removed', async () => {
      await rm(lock);

      expect(await deletedByCommand()).toBe(false);
      await expect(startInstance(service)).rejects.toThrow(/Another Latchkey process serves/);
      await key.client.get('/apikey').expect(200);
    });

    it('refuses what a command deleted after the host copied the folder, which drops the lock', async () => {
      await readFile(lock);

      expect(await deletedByCommand()).toBe(true);
      await isRefusedFromNowOn();
    });

    it('goes on where the file can be reached no more', async () => {
      await rm(lock);
      await symlink(lock, lock);

      await key.client.get('/apikey').expect(200);
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await key.client.get('/apikey').expect(401);
      await service.anonymous.get('//health/ready').expect(200);
    });

    it('is served by one process also where somebody deleted the row that says so', async () => {
      await withSql(service.store, (query) => query('DELETE FROM latchkey_instances'));

      expect(await deletedByCommand()).toBe(false);
      await key.client.get('/apikey').expect(200);
    });

    it('refuses what a process deleted that was killed before it answered, once somebody is told that it is gone', async () => {
      await key.client.get('/apikey').expect(200);
      // As such a process would have left it.
      await withSql(service.store, async (query) => {
        await query(`UPDATE latchkey_instances SET id = '${newId()}'`);
        await query(`DELETE FROM latchkey_api_keys WHERE id = '${key.id}'`);
      });

      await deleteKey(path);
      await key.client.get('/apikey').expect(401);
    });
  });

  const isRefused = async () => {
    await workspace.operator.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable');
    await workspace.operator.post('/role', { name: 'Late', permissions: ['*'] }).expect(503, 'store.unavailable');
    await service.anonymous.get('//health/ready').expect(503, 'store.unavailable');
  };

  it.each([
    ['the database', ''],
    ['its log', '-wal'],
  ])('503: nothing is changed while %s is not where it was', async (_what, suffix) => {
    const [file, elsewhere] = [`${path}${suffix}`, `${path}-elsewhere`];
    await rename(file, elsewhere);
    await isRefused();
    // A command that opens it there deletes keys that this process would go on accepting.
    await eventually('no key is accepted', async () => (await key.client.get('/apikey')).status === 503 || undefined);
    await copyFile(elsewhere, file);
    await isRefused();
    await rename(elsewhere, file);

    await service.anonymous.get('//health/ready').expect(200);
    await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
    await key.client.get('/apikey').expect(401);
  });

  it('of a change that was made while the file was taken away, says that it is not known', async () => {
    const elsewhere = `${path}-elsewhere`;
    const database = service.app.get(Database, { strict: false });

    const changing = database.transaction(async (transaction) => {
      await transaction.query('DELETE FROM latchkey_api_keys WHERE id = $1', [key.id]);
      await rename(path, elsewhere);
    });

    await expect(changing).rejects.toMatchObject({ code: 'store.outcome_unknown' });
    await rename(elsewhere, path);
  });
});
