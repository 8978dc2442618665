import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { newId } from '../../src/kernel/ids.js';
import { Database } from '../../src/database/database.js';
import { appending } from '../../src/revocation/postgres/postgres-revocation-store.js';
import { Revocations } from '../../src/revocation/revocations.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { Body } from '../support/client.js';
import { CommandLine } from '../support/command-line.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import {
  createWorkspace,
  startInstance,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { eventually } from '../support/eventually.js';
import { withSql } from '../support/sql.js';
import { holdLock } from '../support/write-lock.js';

// Held also on a machine that has other things to do: what is remembered must stay so.
const LEASE_MS = 5000;
const LEASE_OF_THE_DEAD_MS = 1000;
const HEAD_START_MS = 500;

const until = (condition: () => boolean | Promise<boolean>) =>
  eventually(String(condition), async () => (await condition()) || undefined);

interface Restricted {
  id: string;
  apiKey: string;
}

/** What can take something from a key, and what is left of it then. */
const RESTRICTIONS: [string, (by: WorkspaceFixture, key: Restricted) => Promise<unknown>, Body][] = [
  ['deleting it', (by, { id }) => by.operator.delete(`/apikey/${id}`).expect(200), { code: 'deleted' }],
  [
    'disabling it',
    (by, { id }) => by.operator.patch(`/apikey/${id}`, { enabled: false }).expect(200),
    { code: 'disabled' },
  ],
  [
    'narrowing it',
    (by, { id }) => by.operator.patch(`/apikey/${id}`, { permissions: ['apikeys:view'] }).expect(200),
    { code: 'insufficient_permissions', missing: ['auditLogs:view'] },
  ],
  [
    'other addresses',
    (by, { id }) => by.operator.patch(`/apikey/${id}`, { allowedIps: ['192.0.2.0/24'] }).expect(200),
    { code: 'ip_not_allowed' },
  ],
  ['deleting its workspace', (by) => by.operator.delete(`/workspace/${by.id}`).expect(200), { code: 'deleted' }],
];

describe('several instances on one PostgreSQL', () => {
  let here: RunningService;
  let there: RunningService;

  beforeAll(async () => {
    here = await startService('postgres', { LATCHKEY_LEASE_MS: String(LEASE_MS) });
    there = await startInstance(here, { LATCHKEY_LEASE_MS: String(LEASE_MS) });
  });

  afterAll(async () => {
    await there.stop();
    await here.stop();
  });

  const verifier = (service: RunningService) => service.app.get(KeyVerifier, { strict: false });
  const leaseOf = (service: RunningService) => service.app.get(Revocations, { strict: false });

  /** In the mind of both instances: answered from memory, as the counts of hits show. */
  const remembered = async (apiKey: string): Promise<void> => {
    for (const service of [here, there]) {
      await until(() => leaseOf(service).mayServeFromMemory());
      await verifier(service).verify(apiKey, { ip: '198.51.100.7' });
      const { hits } = verifier(service).statistics();
      expect(verifier(service).verify(apiKey, { ip: '198.51.100.7' })).toMatchObject({ valid: true });
      expect(verifier(service).statistics().hits).toBe(hits + 1);
    }
  };

  const keyIn = async ({ operator }: WorkspaceFixture, body: Body = {}): Promise<Restricted> =>
    (
      await operator
        .post('/apikey', { keyName: 'Key', permissions: ['apikeys:view', 'auditLogs:view'], ...body })
        .expect(201)
    ).body;

  it.each(RESTRICTIONS)('%s is over everywhere once it is answered', async (_, restrict, left) => {
    const workspace = await createWorkspace(here);
    const key = await keyIn(workspace);
    await remembered(key.apiKey);

    await restrict(workspace, key);

    for (const service of [here, there]) {
      const result = await verifier(service).verify(key.apiKey, {
        permissions: ['auditLogs:view'],
        ip: '198.51.100.7',
      });
      const { code, missing } = left;
      expect(result).toMatchObject({ valid: false, reason: code, ...(missing && { missing }) });
    }
  });

  it('a key that is deleted leaves the others in memory', async () => {
    const workspace = await createWorkspace(here);
    const [key, other] = [await keyIn(workspace), await keyIn(workspace, { keyName: 'Other' })];
    await remembered(key.apiKey);
    await remembered(other.apiKey);

    await workspace.operator.delete(`/apikey/${key.id}`).expect(200);

    for (const service of [here, there]) {
      const { hits } = verifier(service).statistics();
      expect(verifier(service).verify(other.apiKey, { ip: '198.51.100.7' })).toMatchObject({ valid: true });
      expect(verifier(service).statistics().hits).toBe(hits + 1);
    }
  });

  it('an earlier end is kept everywhere once it is answered', async () => {
    const workspace = await createWorkspace(here);
    const key = await keyIn(workspace);
    await remembered(key.apiKey);

    await workspace.operator.patch(`/apikey/${key.id}`, { expiresInSeconds: 3600 }).expect(200);

    there.advance(3_600_001);
    expect(await verifier(there).verify(key.apiKey, { ip: '198.51.100.7' })).toMatchObject({ reason: 'expired' });
    there.advance(-3_600_001);
  });

  it('a role that is edited, and a member who is demoted or removed, take their permissions from keys everywhere', async () => {
    const provider = await IdentityProviderFixture.start();
    const service = await startInstance(here, { ...provider.variables, LATCHKEY_LEASE_MS: String(LEASE_MS) });
    const workspace = await createWorkspace(here);
    const { operator } = workspace;
    const role = (await operator.post('/role', { name: 'Support', permissions: ['auditLogs:view'] }).expect(201)).body;
    const byRole = await keyIn(workspace, { permissions: [], roles: ['Support'] });
    await operator.put('/member/ann', { roles: ['admin'] }).expect(200);
    const ann = service.anonymous.as(await provider.token('ann')).in(workspace.id);
    const body = { keyName: 'Hers', permissions: ['auditLogs:view'] };
    const owned = (await ann.post('/apikey', body).expect(201)).body as Restricted;
    await remembered(byRole.apiKey);
    await remembered(owned.apiKey);
    const ask = ({ apiKey }: Restricted) => verifier(there).verify(apiKey, { permissions: ['auditLogs:view'] });

    await operator.put(`/role/${role.id}`, { name: 'Support', permissions: ['apikeys:view'] }).expect(200);
    expect(await ask(byRole)).toMatchObject({ reason: 'insufficient_permissions' });
    await operator.put('/member/bob', { roles: ['admin'] }).expect(200);
    await operator.put('/member/ann', { roles: ['viewer'] }).expect(200);
    expect(await ask(owned)).toMatchObject({ reason: 'insufficient_permissions' });
    await operator.put('/member/ann', { roles: ['auditor'] }).expect(200);
    expect(await ask(owned)).toMatchObject({ valid: true });
    await operator.delete('/member/ann').expect(200);
    expect(await ask(owned)).toMatchObject({ reason: 'orphaned' });

    await service.stop();
    await provider.stop();
  });

  it('a key that is enabled or widened is accepted everywhere once that is answered', async () => {
    const workspace = await createWorkspace(here);
    const key = await keyIn(workspace, { permissions: ['apikeys:view'] });
    await remembered(key.apiKey);
    await workspace.operator.patch(`/apikey/${key.id}`, { enabled: false }).expect(200);
    await workspace.operator.patch(`/apikey/${key.id}`, { enabled: true, permissions: ['auditLogs:*'] }).expect(200);

    expect(await verifier(there).verify(key.apiKey, { permissions: ['auditLogs:view'] })).toMatchObject({
      valid: true,
    });
  });

  it('a rate limit is one limit, however many instances', async () => {
    const workspace = await createWorkspace(here);
    const { apiKey } = await keyIn(workspace, { rateLimit: { limit: 5, windowSeconds: 60 } });
    const results = [];
    for (let use = 0; use < 4; use += 1) {
      for (const service of [here, there]) results.push(await verifier(service).verify(apiKey));
    }
    expect(results.filter(({ valid }) => valid)).toHaveLength(5);
    expect(results.at(-1)).toMatchObject({ valid: false, reason: 'rate_limited' });
  });

  it('counts the instances, and how long changes waited for them', async () => {
    await until(() => leaseOf(here).statistics().liveInstances === 2);
    const { leaseValid, waits } = leaseOf(here).statistics();
    expect(leaseValid).toBe(true);
    expect(waits.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(RESTRICTIONS.length);
  });

  describe('when one is gone', () => {
    let administrator: pg.Client;

    beforeEach(async () => {
      administrator = new pg.Client(here.store.url);
      await administrator.connect();
    });

    afterEach(() => administrator.end());

    const listed = async (id: string): Promise<boolean> =>
      (await administrator.query('SELECT 1 FROM latchkey_instances WHERE id = $1', [id])).rowCount === 1;

    it('a deletion waits for the lease of one that was killed, no longer, and not again', async () => {
      const dead = '01890a5d-ac96-774b-bcce-b302099a8057';
      const insert = 'INSERT INTO latchkey_instances (id, renewals, lease_ms, started_date) VALUES ($1, 3, $2, $3)';
      const inserted = performance.now();
      await administrator.query(insert, [dead, LEASE_OF_THE_DEAD_MS, new Date().toISOString()]);
      const workspace = await createWorkspace(here);
      const key = await keyIn(workspace);
      const beginning = performance.now();

      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);

      const waited = performance.now() - beginning;
      expect(waited).toBeGreaterThan(LEASE_OF_THE_DEAD_MS - (beginning - inserted));
      // Less than for one of which it does not know how long its lease is.
      expect(waited).toBeLessThan(LEASE_MS);
      await until(async () => !(await listed(dead)));
    });

    it('one that is stopped leaves the list, and is not waited for', async () => {
      const third = await startInstance(here, { LATCHKEY_LEASE_MS: '60000' });
      await until(() => leaseOf(here).statistics().liveInstances === 3);
      await third.stop();
      const workspace = await createWorkspace(here);
      const key = await keyIn(workspace);

      const beginning = performance.now();
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      expect(performance.now() - beginning).toBeLessThan(30_000);
    });

    it('one whose session is cut asks the database, and hears again by itself', async () => {
      const workspace = await createWorkspace(here);
      const key = await keyIn(workspace);
      await remembered(key.apiKey);
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'latchkey revocations' AND datname = current_database()`;

      expect((await administrator.query(cut)).rowCount).toBeGreaterThanOrEqual(2);
      await until(() => verifier(there).statistics().cached === 0);

      expect(await verifier(there).verify(key.apiKey)).toMatchObject({ valid: true });
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      expect(await verifier(there).verify(key.apiKey)).toMatchObject({ reason: 'deleted' });
      await until(() => leaseOf(there).mayServeFromMemory());
      await remembered((await keyIn(workspace, { keyName: 'Another' })).apiKey);
    });

    const sessions = async (): Promise<number> => {
      const { rowCount } = await administrator.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE application_name = 'latchkey revocations' AND datname = current_database()`,
      );
      return rowCount ?? 0;
    };
    const instances = async (): Promise<number> =>
      (await administrator.query('SELECT 1 FROM latchkey_instances')).rowCount ?? 0;
    const end = (applications: string) =>
      administrator.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name IN (${applications}) AND datname = current_database()`,
      );

    it('one that tries in vain to hear again leaves no session behind, and hears again once it can', async () => {
      await until(async () => (await sessions()) === 2);
      // Whoever listens may come in, and nobody else: an attempt to hear again fails when it is half done.
      await administrator.query(`
        CREATE SEQUENCE refused;
        CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
          IF current_setting('application_name') <> 'latchkey' THEN RETURN; END IF;
          PERFORM nextval('refused');
          RAISE 'refused';
        END $$;
        CREATE EVENT TRIGGER refuse ON login EXECUTE FUNCTION refuse()`);
      try {
        await end(`'latchkey', 'latchkey revocations'`);
        await until(async () => {
          const { rows } = await administrator.query('SELECT last_value::int AS refused FROM refused');
          return rows[0].refused >= 10;
        });
        expect(await sessions()).toBeLessThanOrEqual(2);
      } finally {
        await administrator.query('DROP EVENT TRIGGER refuse; DROP FUNCTION refuse(); DROP SEQUENCE refused');
      }

      for (const service of [here, there]) await until(() => leaseOf(service).mayServeFromMemory());
      await until(async () => (await sessions()) === 2 && (await instances()) === 2);
    });

    it('one that is stopped while it begins to hear again does not go on by itself', async () => {
      const third = await startInstance(here, { LATCHKEY_LEASE_MS: String(LEASE_MS) });
      const release = await holdLock(here.store, 'LOCK TABLE latchkey_instances IN ACCESS EXCLUSIVE MODE');
      await end(`'latchkey revocations'`);
      await until(async () => {
        const { rowCount } = await administrator.query(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO latchkey_instances%'`,
        );
        return rowCount === 3;
      });

      const stopped = third.stop();
      await release();
      await stopped;

      await until(async () => (await sessions()) === 2 && (await instances()) === 2);
      for (const service of [here, there]) await until(() => leaseOf(service).mayServeFromMemory());
    });

    it('one that was taken off the list remembers nothing until it is on it again', async () => {
      const workspace = await createWorkspace(here);
      const key = await keyIn(workspace);
      await remembered(key.apiKey);

      await administrator.query('DELETE FROM latchkey_instances');

      await until(() => verifier(there).statistics().cached === 0);
      await until(() => leaseOf(there).mayServeFromMemory());
      await remembered(key.apiKey);
    });
  });

  describe('a deletion that was committed but not answered, for whoever made it was killed', () => {
    let killed: pg.Client;

    beforeEach(async () => {
      killed = new pg.Client(here.store.url);
      await killed.connect();
    });

    afterEach(() => killed.end());

    const deletes = ({ id }: Restricted) => killed.query('DELETE FROM latchkey_api_keys WHERE id = $1', [id]);
    const keeps = ({ id }: Restricted) => killed.query(appending({ id: newId(), eviction: [{ keyId: id }] }));
    const renewals = async (): Promise<number> => {
      const { rows } = await killed.query('SELECT min(renewals) AS least FROM latchkey_instances');
      return rows[0].least as number;
    };

    it('is settled by the next attempt', async () => {
      const workspace = await createWorkspace(here);
      const key = await keyIn(workspace);
      await remembered(key.apiKey);
      // Without a word of it in the table either: the attempt relies on nothing that others have done.
      await deletes(key);
      expect(verifier(there).verify(key.apiKey)).toMatchObject({ valid: true });

      await workspace.operator.delete(`/apikey/${key.id}`).expect(404, 'apikey.not_found');

      expect(await verifier(there).verify(key.apiKey)).toMatchObject({ valid: false });
    });

    it('is found by every instance when it renews its lease, however long before it began', async () => {
      const workspace = await createWorkspace(here);
      const key = await keyIn(workspace);
      await remembered(key.apiKey);
      await killed.query('BEGIN');
      await deletes(key);
      await keeps(key);
      const before = await renewals();
      await until(async () => (await renewals()) > before + 1);
      expect(await verifier(there).verify(key.apiKey)).toMatchObject({ valid: true });

      await killed.query('COMMIT');

      for (const service of [here, there]) await until(async () => !(await verifier(service).verify(key.apiKey)).valid);
    });
  });

  it('a commit that is only made when its outcome was given up is found all the same', async () => {
    const workspace = await createWorkspace(here);
    const key = await keyIn(workspace);
    await remembered(key.apiKey);
    const { cached } = verifier(there).statistics();

    await here.app.get(Database, { strict: false }).transaction(async (transaction) => {
      await transaction.query('DELETE FROM latchkey_api_keys WHERE id = $1', [key.id]);
      const staged = await leaseOf(here).stage(transaction, [{ keyId: key.id }]);
      staged.abandon();
      await until(() => verifier(there).statistics().cached < cached);
      // Before the commit it is still so.
      await remembered(key.apiKey);
    });

    await until(async () => !(await verifier(there).verify(key.apiKey)).valid);
  });

  it('what every instance has read is kept no longer', async () => {
    const hasty = await startService('postgres', { LATCHKEY_LEASE_MS: '100' });
    const administrator = new pg.Client(hasty.store.url);
    await administrator.connect();
    const workspace = await createWorkspace(hasty);
    const key = await keyIn(workspace);
    await workspace.operator.delete(`/apikey/${key.id}`).expect(200);

    await until(async () => (await administrator.query('SELECT 1 FROM latchkey_revocations')).rowCount === 0);

    await administrator.end();
    await hasty.stop();
  });

  it('what is revoked is kept no longer where nobody answers from memory', async () => {
    const modest = await startService('postgres', { LATCHKEY_CACHE_SIZE: '0' });
    const administrator = new pg.Client(modest.store.url);
    await administrator.connect();
    const workspace = await createWorkspace(modest);
    const count = async () =>
      (await administrator.query('SELECT count(*)::int AS count FROM latchkey_revocations')).rows[0].count as number;

    let deletions = 0;
    await until(async () => {
      const key = await keyIn(workspace, { keyName: uniqueName('Key') });
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      deletions += 1;
      return (await count()) < deletions;
    });

    await administrator.end();
    await modest.stop();
  });

  it('does not start where it would hear of another database, and says why', async () => {
    const elsewhere = await startService('postgres');
    const misled = startInstance(here, { LATCHKEY_DIRECT_URL: elsewhere.store.url });
    await expect(misled).rejects.toThrow(/reads another database.*LATCHKEY_DIRECT_URL/);
    await elsewhere.stop();
  });
});

describe('commands of the command line, where nobody serves', () => {
  it('take one that was killed off the list, so that the next does not wait for it again', async () => {
    const service = await startService('postgres', { LATCHKEY_CACHE_SIZE: '0' });
    const workspace = await createWorkspace(service);
    const key = await workspace.keyWith('apikeys:view');
    const query = (statement: string) => withSql(service.store, (run) => run(statement));
    await query(
      `INSERT INTO latchkey_instances (id, renewals, lease_ms, started_date)
       VALUES ('${newId()}', 3, ${LEASE_OF_THE_DEAD_MS}, '${new Date().toISOString()}')`,
    );
    const beginning = performance.now();

    await new CommandLine(service.store).json('key', 'delete', key.id, '--workspace', workspace.id, '--yes');

    expect(performance.now() - beginning).toBeGreaterThan(LEASE_OF_THE_DEAD_MS);
    expect(await query('SELECT id FROM latchkey_instances')).toEqual([]);
    await service.stop();
  });
});

describe('several processes on one SQLite', () => {
  it('the next one serves only after the last commit of the one before', async () => {
    const service = await startService('sqlite');
    const order: string[] = [];
    let commit: () => void = () => undefined;
    const committing = new Promise<void>((resolve) => (commit = resolve));
    let changing: Promise<void> | undefined;
    await new Promise<void>((begun) => {
      changing = service.app.get(Database, { strict: false }).transaction(async (transaction) => {
        await transaction.query('DELETE FROM latchkey_api_keys');
        begun();
        await committing;
      });
    });
    const changed = changing?.then(() => order.push('committed'));

    const closing = service.app.close();
    const serving = { ...service.store, url: `${service.store.url}-serving` };
    const taken = withSql(serving, (query) => query('BEGIN EXCLUSIVE')).then(() => order.push('taken'));
    await Promise.race([taken, setTimeout(HEAD_START_MS)]);
    commit();
    await Promise.all([changed, taken, closing]);

    expect(order).toEqual(['committed', 'taken']);
    await service.store.drop();
  });

  it('only one serves; it starts once the other has stopped', async () => {
    const first = await startService('sqlite');
    await expect(startInstance(first)).rejects.toThrow(/Another Latchkey process serves this SQLite database/);

    await first.app.close();
    const second = await startInstance(first);
    const key = await (await createWorkspace(second)).keyWith('apikeys:view');
    await key.client.get('/apikey').expect(200);
    await second.stop();
    await first.store.drop();
  });

  it('one that remembers nothing restricts unless another remembers', async () => {
    const modest = await startService('sqlite', { LATCHKEY_CACHE_SIZE: '0' });
    const workspace = await createWorkspace(modest);
    const key = await workspace.keyWith('apikeys:view');
    await workspace.operator.patch(`/apikey/${key.id}`, { description: 'Changed' }).expect(200);

    const serving = await startInstance(modest);
    await workspace.operator.delete(`/apikey/${key.id}`).expect(409, 'store.in_use');
    await key.client.get('/apikey').expect(200);
    await serving.stop();
    await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
    await key.client.get('/apikey').expect(401);
    await modest.stop();
  });
});
