import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFile, link, rename, rm, symlink } from 'node:fs/promises';
import { Database } from '../../src/database/database.js';
import { Revocations } from '../../src/revocation/revocations.js';
import { CommandLine } from '../support/command-line.js';
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

  it('refuses a deleted key also when the lock file was removed, and goes on serving', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, client } = await workspace.keyWith('apikeys:view');
      await client.get('/apikey').expect(200);
      await rm(`${path}-serving`);

      const ending = await new CommandLine(service.store).run(
        'key',
        'delete',
        id,
        '--workspace',
        workspace.id,
        '--yes',
      );

      // The command line deleted it, unless the service had taken the lock again before.
      await client.get('/apikey').expect(ending.code === 0 ? 401 : 200);
      await workspace.operator.delete(`/apikey/${id}`).expect(ending.code === 0 ? 404 : 200);
      await client.get('/apikey').expect(401);
    }
  });

  it('deletes a key also when the lock file is removed while it is deleted', async () => {
    const revocations = service.app.get(Revocations, { strict: false });
    await key.client.get('/apikey').expect(200);

    await service.app.get(Database, { strict: false }).transaction(async (transaction) => {
      await rm(`${path}-serving`);
      await eventually('it has noticed', () => !revocations.mayServeFromMemory() || undefined);
      // The lock is taken again only after this transaction, which waits for nobody.
      const staged = await revocations.stage(transaction, [{ keyId: key.id }]);
      staged.abandon();
    });

    await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
    await key.client.get('/apikey').expect(401);
    await eventually('it answers from memory again', () => revocations.mayServeFromMemory() || undefined);
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
