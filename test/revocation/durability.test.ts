import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Revocations } from '../../src/revocation/revocations.js';
import { eventually } from '../support/eventually.js';
import { createWorkspace, startService, type RunningService } from '../support/service.js';

describe('durability that is weakened while the service runs', () => {
  let service: RunningService;
  let administrator: pg.Client;

  beforeAll(async () => {
    service = await startService('postgres', { LATCHKEY_LEASE_MS: '500' });
    administrator = new pg.Client(service.store.url);
    await administrator.connect();
  });

  afterAll(async () => {
    await administrator.end();
    await service.stop();
  });

  const set = async (statement: string): Promise<void> => {
    await administrator.query(statement);
    // Sessions keep the setting with which they began.
    await administrator.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'latchkey' AND datname = current_database()`,
    );
  };

  it('is noticed: changes are 503 and the service is not ready, keys go on; and it recovers by itself', async () => {
    const workspace = await createWorkspace(service);
    const key = await workspace.keyWith('apikeys:view');
    const { database } = administrator;

    await set(`ALTER DATABASE ${database} SET synchronous_commit = off`);
    // Not by a 503 of what asks the store: its sessions have just been ended.
    const revocations = service.app.get(Revocations, { strict: false });
    await eventually('the weakness is noticed', () => Promise.resolve(isRefused(() => revocations.assertWritable())));
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);
    await workspace.operator.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable');
    await key.client.get('/apikey').expect(200);

    await set(`ALTER DATABASE ${database} RESET synchronous_commit`);
    await eventually('ready', async () => {
      const { status } = await fetch(`${service.url}/health/ready`);
      return status === 200 || undefined;
    });
    await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
  });
});

function isRefused(check: () => void): true | undefined {
  try {
    check();
    return undefined;
  } catch {
    return true;
  }
}
