import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { KeyUses } from '../../src/usage/counting/key-uses.js';
import {
  createWorkspace,
  startService,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';

describe('the last use of keys, on PostgreSQL', () => {
  let service: RunningService;
  let workspace: WorkspaceFixture;

  beforeAll(async () => {
    service = await startService('postgres');
    workspace = await createWorkspace(service);
  });

  afterAll(() => service.stop());

  it('waits for nobody who is changing a key, and is written down once they have', async () => {
    const uses = service.app.get(KeyUses, { strict: false });
    const [busy, free] = [await workspace.keyWith('apikeys:view'), await workspace.keyWith('apikeys:view')];
    const lastUse = async ({ id }: KeyFixture): Promise<unknown> =>
      (await workspace.operator.get(`/apikey/${id}`).expect(200)).body.lastUsedDate;
    const other = new pg.Client(service.store.url);
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM latchkey_api_keys WHERE id = $1 FOR UPDATE', [busy.id]);
    await busy.client.get('/apikey').expect(200);
    await free.client.get('/apikey').expect(200);

    // Once with what is noted, and once more for what was noted while the first was under way.
    await uses.flush();
    await uses.flush();
    expect([await lastUse(busy), await lastUse(free)]).toEqual([null, expect.any(String)]);
    await other.query('COMMIT');
    await other.end();
    await uses.flush();
    await uses.flush();

    expect(await lastUse(busy)).toEqual(expect.any(String));
  });
});
