import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { SharedRateLimits } from '../../src/rate-limits/shared-rate-limits.js';
import { RateLimits } from '../../src/rate-limits/rate-limits.js';
import { newId } from '../../src/kernel/ids.js';
import { Database } from '../../src/database/database.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import {
  createWorkspace,
  startInstance,
  startService,
  uniqueName,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('the rate limit of a key', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const keyWith = async (limit: number, windowSeconds = 3600): Promise<KeyFixture> => {
      const name = uniqueName('Key');
      const fields = { keyName: name, permissions: ['apikeys:view'], rateLimit: { limit, windowSeconds } };
      const { body } = await workspace.operator.post('/apikey', fields).expect(201);
      return { id: body.id, secret: body.apiKey, name, client: service.operator.as(body.apiKey) };
    };
    const change = (key: KeyFixture, limit: number, windowSeconds = 3600) =>
      workspace.operator.patch(`/apikey/${key.id}`, { rateLimit: { limit, windowSeconds } }).expect(200);
    const verify = async (key: KeyFixture, cost?: number) =>
      (await workspace.operator.post('/verify', { apiKey: key.secret, cost }).expect(200)).body;
    const use = (key: KeyFixture) => key.client.get('/apikey');

    it('429: a lower limit applies to the window that is running', async () => {
      const key = await keyWith(5);
      for (let at = 0; at < 5; at += 1) await use(key).expect(200);
      await use(key).expect(429, 'rate_limit.exceeded');
      await change(key, 4);
      const { headers } = await use(key).expect(429, 'rate_limit.exceeded');
      expect(headers.get('ratelimit')).toBe(`"key";r=0;t=${headers.get('retry-after')}`);
      expect(headers.get('ratelimit-policy')).toBe('"key";q=4;w=3600');
    });

    it('200: a higher limit adds what it is higher, to the same window', async () => {
      const key = await keyWith(2);
      await use(key).expect(200);
      await use(key).expect(200);
      await use(key).expect(429);
      await change(key, 3, 86_400);
      await use(key).expect(200);
      const { headers } = await use(key).expect(429);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(3600);
    });

    it('200: the count outlives a limit that is lifted and set again', async () => {
      const key = await keyWith(2);
      await use(key).expect(200);
      await workspace.operator.patch(`/apikey/${key.id}`, { rateLimit: null }).expect(200);
      await use(key).expect(200);
      await change(key, 2);
      await use(key).expect(200);
      await use(key).expect(429);
    });

    it('200: a refused use takes nothing of what is left', async () => {
      const key = await keyWith(10);
      expect(await verify(key, 8)).toMatchObject({ valid: true });
      const refused = await verify(key, 5);
      expect(refused).toEqual({ valid: false, code: 'rate_limited', retryAfterSeconds: expect.any(Number) });
      expect(refused.retryAfterSeconds).toBeGreaterThan(3500);
      expect(refused.retryAfterSeconds).toBeLessThanOrEqual(3600);
      expect(await verify(key, 1)).toMatchObject({ valid: true });
      expect(await verify(key, 2)).toMatchObject({ valid: false });
      expect(await verify(key, 1)).toMatchObject({ valid: true });
      expect(await verify(key, 1)).toMatchObject({ valid: false });
    });

    it('200: a use that costs more than the limit can never pass, and takes nothing', async () => {
      const key = await keyWith(3);
      expect(await verify(key, 4)).toEqual({ valid: false, code: 'rate_limited', retryAfterSeconds: null });
      expect(await verify(key, 3)).toMatchObject({ valid: true });
      expect(await verify(key, 4)).toEqual({ valid: false, code: 'rate_limited', retryAfterSeconds: null });
    });

    it('200: exactly as many at once as the limit says', async () => {
      const key = await keyWith(10);
      const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => verify(key, 1 + (at % 2))));
      const taken = answers.flatMap(({ valid }, at) => (valid ? [1 + (at % 2)] : []));
      expect(taken.reduce((sum, cost) => sum + cost, 0)).toBe(10);
    });

    it('429: whatever other keys do, and however often another’s limit changes', async () => {
      const key = await keyWith(1);
      await use(key).expect(200);
      const limits = service.app.get(RateLimits, { strict: false });
      const other = () => ({ id: newId(), workspaceId: workspace.id });
      const changed = other();
      for (let limit = 1; limit <= 1500; limit += 1) await limits.consume(changed, { limit, windowSeconds: 60 });
      for (let at = 0; at < 1500; at += 1) await limits.consume(other(), { limit: 1, windowSeconds: 60 });
      await use(key).expect(429, 'rate_limit.exceeded');
    });
  });

  describe('shared by instances on postgres', () => {
    let here: RunningService;
    let there: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      here = await startService('postgres');
      there = await startInstance(here);
      workspace = await createWorkspace(here);
    });

    afterAll(async () => {
      await there.stop();
      await here.stop();
    });

    const createKey = async (limit: number, windowSeconds = 3600): Promise<{ id: string; apiKey: string }> => {
      const fields = { keyName: uniqueName('Key'), permissions: ['*'], rateLimit: { limit, windowSeconds } };
      return (await workspace.operator.post('/apikey', fields).expect(201)).body;
    };
    const use = async ({ app }: RunningService, apiKey: string, cost?: number) =>
      app.get(KeyVerifier, { strict: false }).verify(apiKey, { cost });
    const query = (sql: string, parameters: unknown[] = []) =>
      here.app.get(Database, { strict: false }).query(sql, parameters);

    it('takes exactly the limit, however many ask at once, and a change applies everywhere', async () => {
      const { id, apiKey } = await createKey(20);
      const results = await Promise.all(Array.from({ length: 60 }, (_, at) => use(at % 2 ? here : there, apiKey)));
      expect(results.filter(({ valid }) => valid)).toHaveLength(20);
      await workspace.operator.patch(`/apikey/${id}`, { rateLimit: { limit: 22, windowSeconds: 60 } }).expect(200);
      expect(await use(there, apiKey, 3)).toMatchObject({ valid: false, reason: 'rate_limited' });
      expect(await use(there, apiKey, 2)).toMatchObject({ valid: true });
      expect(await use(here, apiKey)).toMatchObject({ valid: false, reason: 'rate_limited' });
    });

    it('begins a new window when the last one has ended by the clock of the database', async () => {
      const { id, apiKey } = await createKey(1);
      expect(await use(here, apiKey)).toMatchObject({ valid: true });
      await query('UPDATE latchkey_rate_limits SET ends_at = 1 WHERE key_id = $1', [id]);
      expect(await use(there, apiKey)).toMatchObject({ valid: true });
      expect(await use(there, apiKey)).toMatchObject({ valid: false, retryAfterSeconds: 3600 });
    });

    it('counts on by itself where the table is out of reach', async () => {
      const { apiKey } = await createKey(3);
      for (const service of [here, there, here]) expect(await use(service, apiKey, 1)).toMatchObject({ valid: true });
      const other = await createKey(3);
      expect(await use(here, other.apiKey)).toMatchObject({ valid: true });
      await query('ALTER TABLE latchkey_rate_limits RENAME TO latchkey_elsewhere');
      try {
        expect(await use(here, apiKey)).toMatchObject({ valid: false });
        expect(await use(here, other.apiKey)).toMatchObject({ valid: true });
        expect(await use(here, other.apiKey)).toMatchObject({ valid: true });
        expect(await use(here, other.apiKey)).toMatchObject({ valid: false });
      } finally {
        await query('ALTER TABLE latchkey_elsewhere RENAME TO latchkey_rate_limits');
      }
    });

    it('lets workspaces take turns, however many keys one of them uses', async () => {
      const limits = here.app.get(RateLimits, { strict: false });
      const ended: string[] = [];
      const useOf = async (workspaceId: string) => {
        await limits.consume({ id: newId(), workspaceId }, { limit: 1, windowSeconds: 60 });
        ended.push(workspaceId);
      };
      const holder = new pg.Client(here.store.url);
      await holder.connect();
      await holder.query('BEGIN; LOCK TABLE latchkey_rate_limits IN EXCLUSIVE MODE');
      const many = Array.from({ length: 60 }, () => useOf('many'));
      const one = useOf('one');
      await holder.query('COMMIT');
      await Promise.all([...many, one]);
      await holder.end();
      // Those that ran already, and those that had their turn before it came.
      expect(ended.indexOf('one')).toBeLessThan(10);
    });

    it('deletes windows that have ended, and no others', async () => {
      const { id, apiKey } = await createKey(1);
      await use(here, apiKey);
      await query(
        `INSERT INTO latchkey_rate_limits (key_id, used, ends_at) SELECT 'ended ' || n, 1, n FROM generate_series(1, 2500) n`,
      );
      await new SharedRateLimits(here.app.get(Database, { strict: false })).prune();
      const rows = await query(`SELECT key_id FROM latchkey_rate_limits WHERE key_id LIKE 'ended%' OR key_id = $1`, [
        id,
      ]);
      expect(rows).toEqual([{ key_id: id }]);
    });
  });
});
