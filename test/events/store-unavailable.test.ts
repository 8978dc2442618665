import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { connect } from '../database/opened-store.js';
import { eventually } from '../support/eventually.js';
import { startPostgres } from '../support/postgres-server.mjs';
import { withTrailRefused } from '../support/refused-trail.js';
import {
  createWorkspace,
  startInstance,
  startService,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore, type StoreKind } from '../support/stores.js';

const REFUSALS: Record<string, Record<StoreKind, { refuse: string[]; restore: string[] }>> = {
  'refuses inserts': {
    sqlite: {
      refuse: [
        `CREATE TRIGGER refuse BEFORE INSERT ON latchkey_audit_events BEGIN SELECT RAISE(ABORT, 'refused'); END`,
      ],
      restore: ['DROP TRIGGER refuse'],
    },
    postgres: {
      refuse: [
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`,
        `CREATE TRIGGER refuse BEFORE INSERT ON latchkey_audit_events FOR EACH ROW EXECUTE FUNCTION refuse()`,
      ],
      restore: ['DROP TRIGGER refuse ON latchkey_audit_events', 'DROP FUNCTION refuse()'],
    },
  },
  'is not there': {
    sqlite: {
      refuse: ['ALTER TABLE latchkey_audit_events RENAME TO hidden'],
      restore: ['ALTER TABLE hidden RENAME TO latchkey_audit_events'],
    },
    postgres: {
      refuse: ['ALTER TABLE latchkey_audit_events RENAME TO hidden'],
      restore: ['ALTER TABLE hidden RENAME TO latchkey_audit_events'],
    },
  },
  'has lost its second half': {
    sqlite: {
      refuse: ['ALTER TABLE latchkey_audit_pii RENAME TO hidden'],
      restore: ['ALTER TABLE hidden RENAME TO latchkey_audit_pii'],
    },
    postgres: {
      refuse: ['ALTER TABLE latchkey_audit_pii RENAME TO hidden'],
      restore: ['ALTER TABLE hidden RENAME TO latchkey_audit_pii'],
    },
  },
};

describe('503 while the audit trail cannot be written', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let administrator: DataSource;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      administrator = await connect(service.store.url);
    });

    afterAll(async () => {
      await administrator.destroy();
      await service.stop();
    });

    const apply = async (statements: string[]) => {
      for (const statement of statements) await administrator.query(statement);
    };

    const recordsOf = async (targetId: string, action: string) =>
      (await workspace.operator.get(`/audit?targetId=${targetId}&action=${action}`).expect(200)).body.data;

    it.each(Object.keys(REFUSALS))('because it %s: nothing is changed, and all works once it is back', async (how) => {
      const { refuse, restore } = REFUSALS[how]![kind];
      const key = await workspace.keyWith('apikeys:view');
      const before = (await workspace.operator.get(`/apikey/${key.id}`).expect(200)).body;
      const { length: keys } = (await workspace.operator.get('/apikey').expect(200)).body;

      await apply(refuse);
      const refusals = [
        await workspace.operator.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable'),
        await workspace.operator.patch(`/apikey/${key.id}`, { enabled: false }).expect(503, 'store.unavailable'),
        await workspace.operator
          .post('/apikey', { keyName: `Refused: ${how}`, permissions: ['apikeys:view'] })
          .expect(503, 'store.unavailable'),
        await service.operator.post('/workspace', { name: `Refused: ${how}` }).expect(503, 'store.unavailable'),
        // A refusal is a record too: where that cannot be written, it is not answered as if it had been.
        await key.client.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable'),
      ];
      await key.client.get('/apikey').expect(200);
      await apply(restore);

      for (const { headers, body, text } of refusals) {
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(body.message).toContain('nothing was changed');
        expect(text).not.toMatch(/refused|latchkey_|hidden|SQLITE|relation/);
      }
      await key.client.get('/apikey').expect(200);
      const after = (await workspace.operator.get(`/apikey/${key.id}`).expect(200)).body;
      expect({ ...after, lastUsedDate: null }).toEqual({ ...before, lastUsedDate: null });
      expect((await workspace.operator.get('/apikey').expect(200)).body).toHaveLength(keys);
      expect(await recordsOf(key.id, 'apikey.deleted')).toEqual([]);
      expect(await recordsOf(key.id, 'apikey.disabled')).toEqual([]);
      const half = `SELECT count(*) AS halves FROM latchkey_audit_events e
        FULL JOIN latchkey_audit_pii p ON p.event_id = e.id WHERE e.id IS NULL OR p.event_id IS NULL`;
      expect(Number((await administrator.query(half))[0].halves)).toBe(0);
      expect(await administrator.query(`SELECT * FROM latchkey_deleted_keys WHERE key_id = '${key.id}'`)).toEqual([]);

      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await key.client.get('/apikey').expect(401);
      expect(await recordsOf(key.id, 'apikey.deleted')).toHaveLength(1);
    });
  });
});

describe('503 of a process that answers nothing from memory, on SQLite', () => {
  it('leaves the file to another that does', async () => {
    const modest = await startService('sqlite', { LATCHKEY_CACHE_SIZE: '0' });
    const { operator, keyWith } = await createWorkspace(modest);
    const key = await keyWith('apikeys:view');
    await withTrailRefused(modest, async () => {
      await operator.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable');
    });

    const serving = await startInstance(modest);
    await serving.anonymous.as(key.secret).get('/apikey').expect(200);
    await serving.stop();
    await modest.stop();
  });
});

describe('503 while PostgreSQL is down', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let service: RunningService;

  beforeAll(async () => {
    server = await startPostgres();
    service = await startService('postgres', { DATABASE_URL: server.url, LATCHKEY_LEASE_MS: '2000' });
  });

  afterAll(async () => {
    await service.stop();
    await server.stop();
  });

  afterEach(() => service.anonymous.get('//health/ready').expect(200));

  it('and nothing but patience is needed once it is back', async () => {
    const workspace = await createWorkspace(service);
    const key = await workspace.keyWith('apikeys:view', 'apikeys:delete');
    await service.anonymous.get('//health/ready').expect(200);

    await server.halt();
    const refusals = await Promise.all([
      workspace.operator.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable'),
      key.client.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable'),
      key.client.get('/apikey').expect(503, 'store.unavailable'),
      service.anonymous.get('//health/ready').expect(503, 'store.unavailable'),
    ]);
    await service.anonymous.get('//health/live').expect(200);
    await service.anonymous.delete(`/apikey/${key.id}`).expect(401);
    for (const { headers, text } of refusals) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(text).not.toMatch(/ECONN|127\.0\.0\.1|pg|socket/i);
    }

    await server.resume();
    await eventually('ready again', async () => {
      const { status } = await service.anonymous.get('//health/ready');
      return status === 200 ? true : undefined;
    });
    await key.client.get('/apikey').expect(200);
    await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
    await key.client.get('/apikey').expect(401);
    const { body } = await workspace.operator.get(`/audit?targetId=${key.id}&action=apikey.deleted`).expect(200);
    expect(body.data).toHaveLength(1);
  });

  it('and in the middle of many requests: each is done or refused, none half', async () => {
    const workspace = await createWorkspace(service);
    const keys = await Promise.all(Array.from({ length: 60 }, () => workspace.keyWith('apikeys:view')));

    const answers = keys.map(({ id }) => workspace.operator.delete(`/apikey/${id}`));
    await Promise.race(answers);
    await server.halt();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    await server.resume();
    await eventually('ready again', async () => {
      const { status } = await service.anonymous.get('//health/ready');
      return status === 200 ? true : undefined;
    });

    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    for (const [at, key] of keys.entries()) {
      const living = (await key.client.get('/apikey')).status === 200;
      const { body } = await workspace.operator.get(`/audit?targetId=${key.id}&action=apikey.deleted`).expect(200);
      expect(body.data).toHaveLength(living ? 0 : 1);
      if (statuses[at] === 200) expect(living).toBe(false);
    }
  });
});
