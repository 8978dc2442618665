import { afterEach, beforeEach, describe, it } from '@jest/globals';
import pg from 'pg';
import { Revocations } from '../../src/revocation/revocations.js';
import { DatabaseSwitch } from '../support/database-switch.js';
import { eventually } from '../support/eventually.js';
import {
  createWorkspace,
  startInstance,
  startService,
  type KeyFixture,
  type RunningService,
} from '../support/service.js';
import { createStore, type Store } from '../support/stores.js';

/** The pool of one instance leads to another database than the one that revocations are heard from. */
describe('an instance whose pool is led to a copy of the database', () => {
  let origin: RunningService;
  let copy: Store;
  let balancer: DatabaseSwitch;
  let moved: RunningService;
  let key: KeyFixture;

  beforeEach(async () => {
    origin = await startService('postgres');
    key = await (await createWorkspace(origin)).keyWith('apikeys:view');
    await origin.app.close();
    copy = await createStore('postgres');
    await copyDatabase(origin.store, copy);
    balancer = await DatabaseSwitch.before(origin.store.url);
    moved = await startInstance(origin, {
      DATABASE_URL: balancer.url,
      LATCHKEY_DIRECT_URL: origin.store.url,
      LATCHKEY_LEASE_MS: '1000',
    });
  });

  afterEach(async () => {
    await moved.stop();
    await balancer.close();
    await copy.drop();
    await origin.stop();
  });

  it.each([
    ['while it hears revocations', () => Promise.resolve()],
    ['at the moment in which it stops hearing them', () => endSession(origin.store)],
  ])('%s: accepts no key and changes nothing until both are one again', async (_, meanwhile) => {
    const reader = moved.anonymous.as(key.secret);
    await eventually('its lease is valid', () => mayServeFromMemory(moved) || undefined);
    await reader.get('/apikey').expect(200);

    balancer.leadTo(copy.url);
    await meanwhile();
    await eventually('it knows', async () => (await moved.anonymous.get('//health/ready')).status === 503 || undefined);

    await reader.get('/apikey').expect(503, 'store.unavailable');
    await moved.operator.post('/workspace', { name: 'Acme' }).expect(503, 'store.unavailable');
    balancer.leadTo(origin.store.url);
    await eventually(
      'it is ready',
      async () => (await moved.anonymous.get('//health/ready')).status === 200 || undefined,
    );
    await reader.get('/apikey').expect(200);
  });
});

const mayServeFromMemory = ({ app }: RunningService): boolean =>
  app.get(Revocations, { strict: false }).mayServeFromMemory();

async function copyDatabase(from: Store, to: Store): Promise<void> {
  const name = ({ url }: Store): string => new URL(url).pathname.slice(1);
  await to.drop();
  await asAdministrator(from, `CREATE DATABASE ${name(to)} TEMPLATE ${name(from)}`);
}

function endSession(store: Store): Promise<void> {
  const name = new URL(store.url).pathname.slice(1);
  return asAdministrator(
    store,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = '${name}' AND application_name = 'latchkey revocations'`,
  );
}

async function asAdministrator(store: Store, statement: string): Promise<void> {
  const url = new URL(store.url);
  url.pathname = '/postgres';
  const client = new pg.Client(url.href);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
