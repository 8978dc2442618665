import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Child } from '../support/child-service.js';
import { eventually } from '../support/eventually.js';
import { PgBouncer, type PoolMode } from '../support/pgbouncer.js';
import {
  createWorkspace,
  startInstance,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { createStore, type Store } from '../support/stores.js';
import { holdLock } from '../support/write-lock.js';

const CALLERS = 30;

let store: Store;
let pooler: PgBouncer;
let instances: RunningService[];

beforeEach(async () => {
  store = await createStore('postgres');
  instances = [];
});

afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
  await pooler.stop();
  await store.drop();
});

/** Starts so many instances at once behind the pooler, on an empty database. */
async function start(count: number, variables: Record<string, string> = {}): Promise<void> {
  const operatorKey = generateKey('op');
  const starting = Array.from({ length: count }, () =>
    startInstance({ store, operatorKey }, { DATABASE_URL: pooler.url, ...variables }),
  );
  instances = await Promise.all(starting);
}

describe.each<[string, PoolMode, isDirect: boolean]>([
  ['transaction mode, with a direct URL', 'transaction', true],
  ['session mode, with a direct URL', 'session', true],
  ['session mode alone', 'session', false],
])('behind PgBouncer in %s', (_, mode, isDirect) => {
  it('two instances start at once, make keys, verify them, and refuse each from the moment its deletion is answered', async () => {
    // In session mode each connection of an instance has one of the pooler’s.
    pooler = await PgBouncer.before(store.url, mode, { default_pool_size: mode === 'session' ? 60 : 4 });
    await start(2, isDirect ? { LATCHKEY_DIRECT_URL: store.url } : {});
    const [one, other] = instances as [RunningService, RunningService];
    const workspace = await createWorkspace(one);
    const keys = await Promise.all(Array.from({ length: CALLERS }, () => workspace.keyWith('apikeys:view')));

    const tried = keys.map(async ({ id, secret }) => {
      await one.anonymous.as(secret).get('/apikey').expect(200);
      await other.anonymous.as(secret).get('/apikey').expect(200);
      await workspace.operator.delete(`/apikey/${id}`).expect(200);
      await one.anonymous.as(secret).get('/apikey').expect(401);
      await other.anonymous.as(secret).get('/apikey').expect(401);
    });

    await Promise.all(tried);
  });
});

describe('behind PgBouncer in transaction mode', () => {
  it('without a direct URL the service does not start, and says why in a line', async () => {
    pooler = await PgBouncer.before(store.url, 'transaction');
    const child = await Child.run('main.js', [], { PORT: '0', DATABASE_URL: pooler.url });
    const { code, stderr } = await child.ended;
    await child.dispose();

    expect(code).toBe(1);
    expect(stderr).toContain('set LATCHKEY_DIRECT_URL');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  describe('an instance', () => {
    let here: RunningService;
    let workspace: WorkspaceFixture;
    let key: KeyFixture;

    async function startOne(settings: Record<string, string | number> = {}): Promise<void> {
      pooler = await PgBouncer.before(store.url, 'transaction', settings);
      await start(1, { LATCHKEY_DIRECT_URL: store.url, LATCHKEY_LEASE_MS: '1000' });
      here = instances[0]!;
      workspace = await createWorkspace(here);
      key = await workspace.keyWith('apikeys:view');
      await key.client.get('/apikey').expect(200);
    }

    const isReady = () =>
      eventually('it is ready', async () => (await here.anonymous.get('//health/ready')).status === 200 || undefined);

    /** Kills the pooler once the deletion waits. */
    async function deleteWhile(waits: () => Promise<void>): Promise<{ status: number; code: string }> {
      const deleting = workspace.operator.delete(`/apikey/${key.id}`);
      await waits();
      await pooler.kill();
      const { status, body } = await deleting;
      return { status, code: String(body.code) };
    }

    it('says that a deletion was not made when the pooler went before its commit, and is well once it is back', async () => {
      await startOne();
      const release = await holdLock(store, `SELECT 1 FROM latchkey_api_keys WHERE id = '${key.id}' FOR UPDATE`);

      expect(await deleteWhile(() => sessionWaits('%latchkey_api_keys%'))).toEqual({
        status: 503,
        code: 'store.unavailable',
      });
      await release();
      await pooler.start();
      await isReady();

      await key.client.get('/apikey').expect(200);
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await key.client.get('/apikey').expect(401);
    });

    it('says that it does not know of a deletion when the pooler went at its commit, which the next one settles', async () => {
      await startOne();
      const release = await holdCommits();

      expect(await deleteWhile(() => sessionWaits('COMMIT'))).toEqual({ status: 503, code: 'store.outcome_unknown' });
      await release();
      await pooler.start();
      await isReady();

      await workspace.operator.delete(`/apikey/${key.id}`).expect(404);
      await key.client.get('/apikey').expect(401);
    });

    it('answers 503 while the pooler is paused, and goes on when it resumes', async () => {
      await startOne();
      await pooler.command('PAUSE');
      await here.anonymous.as(generateKey('lk')).get('/apikey').expect(503, 'store.unavailable');
      await pooler.command('RESUME');
      await isReady();

      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await key.client.get('/apikey').expect(401);
    });

    it('says that nothing was changed where the pooler has no connection in its time', async () => {
      await startOne({ default_pool_size: 1, query_wait_timeout: 1 });
      const holder = new pg.Client(pooler.url);
      await holder.connect();
      await holder.query('BEGIN');
      await workspace.operator.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable');
      await holder.query('ROLLBACK');
      await holder.end();
      await isReady();

      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await key.client.get('/apikey').expect(401);
    });
  });
});

const COMMIT_LOCK = 4711;

/** Makes commits that delete a key wait. Resolves to what ends it. */
async function holdCommits(): Promise<() => Promise<void>> {
  const holder = new pg.Client(store.url);
  holder.on('error', () => undefined);
  await holder.connect();
  await holder.query(`
    CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock(${COMMIT_LOCK}); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER wait_at_commit AFTER DELETE ON latchkey_api_keys DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
    SELECT pg_advisory_lock(${COMMIT_LOCK})`);
  return async () => {
    await holder.end();
    await sessionWaits('COMMIT', 0);
  };
}

/** Waits until so many sessions wait for a lock with a statement like this. */
async function sessionWaits(statement: string, expected = 1): Promise<void> {
  const client = new pg.Client(store.url);
  await client.connect();
  const find = `SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`;
  const count = async () => (await client.query<{ count: number }>(find, [statement])).rows[0]?.count;
  await eventually(
    `${expected} sessions wait with ${statement}`,
    async () => (await count()) === expected || undefined,
  );
  await client.end();
}
