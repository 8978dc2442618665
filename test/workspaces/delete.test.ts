import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey, hashKey } from '../../src/common/key-format.js';
import { newId } from '../../src/common/ids.js';
import { Database } from '../../src/database/database.js';
import type { Transaction } from '../../src/database/transaction.js';
import type { Body } from '../support/client.js';
import { toSearchName, wordsOf } from '../../src/api-keys/search-words.js';
import { queue } from '../support/queue.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const MANY = 10_000;
const ROWS_A_STATEMENT = 500;
const UNKNOWN = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';

describe('DELETE /api/v1/workspace/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let database: Database;

    beforeAll(async () => {
      service = await startService(kind);
      database = service.app.get(Database, { strict: false });
    });

    afterAll(() => service.stop());

    const countOf = async (table: string, workspaceId: string) => {
      const sql = `SELECT COUNT(*) AS count FROM latchkey_${table} WHERE workspace_id = $1`;
      const [row] = await database.query<{ count: unknown }>(sql, [workspaceId]);
      return Number(row?.count);
    };

    const exported = async (workspaceId: string): Promise<Body[]> => {
      const { text } = await service.operator.in('*').get('/audit/export').expect(200);
      const records: Body[] = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      return records.filter((record) => record.workspaceId === workspaceId);
    };

    it('200: its keys are dead at once, all that was in it is gone, and each key has its record', async () => {
      const { id, operator, keyWith } = await createWorkspace(service);
      const keys = [await keyWith('apikeys:view'), await keyWith('*')];
      await operator.post('/permission', { name: 'orders:refund', description: 'Refund' }).expect(201);
      await operator.post('/role', { name: 'Support', permissions: ['orders:refund'] }).expect(201);
      await operator.put('/member/ann', { roles: ['admin', 'Support'] }).expect(200);
      const { name } = (await operator.get(`/workspace/${id}`).expect(200)).body;

      const { body } = await service.operator.delete(`/workspace/${id}`).expect(200);

      expect(body).toEqual({ affected: 1, raw: [] });
      for (const key of keys) await key.client.get('/apikey').expect(401, 'auth.unauthenticated');
      for (const table of ['api_keys', 'roles', 'members', 'permissions', 'role_assignments']) {
        expect([table, await countOf(table, id)]).toEqual([table, 0]);
      }
      const records = await exported(id);
      const deleted = records.filter(({ action, outcome }) => action === 'apikey.deleted' && outcome === 'success');
      expect(deleted.map(({ targets }) => targets[0].id).sort()).toEqual(keys.map((key) => key.id).sort());
      expect(deleted[0]).toMatchObject({
        actor: { type: 'operator' },
        reason: 'The workspace was deleted.',
        changes: expect.arrayContaining([{ field: 'permissions', before: expect.any(Array), after: null }]),
        request: { route: '/api/v1/workspace/:id' },
      });
      expect(records.filter(({ action }) => action === 'workspace.deleted')).toMatchObject([
        {
          targets: [{ type: 'workspace', id, display: name }],
          changes: [{ field: 'name', before: name, after: null }],
        },
      ]);
    });

    it('its trail stays, for the operator in every workspace', async () => {
      const { id, keyWith } = await createWorkspace(service);
      const key = await keyWith('apikeys:view');
      await service.operator.delete(`/workspace/${id}`).expect(200);
      await key.client.get('/apikey').expect(401);

      await service.operator.in(id).get('/audit').expect(404, 'workspace.not_found');
      const everywhere = service.operator.in('*');
      const { data } = (await everywhere.get(`/audit?targetId=${key.id}`).expect(200)).body;
      expect(data.map(({ action }: Body) => action)).toEqual(['auth.failed', 'apikey.deleted', 'apikey.created']);
      expect(data[0]).toMatchObject({ workspaceId: id, reason: 'deleted' });
      await everywhere.get(`/audit/${data[1].id}`).expect(200);
    });

    it('404: the workspace is gone for whoever names it, on every route', async () => {
      const { id, operator } = await createWorkspace(service);
      await service.operator.delete(`/workspace/${id}`).expect(200);
      await service.operator.get(`/workspace/${id}`).expect(404, 'workspace.not_found');
      await service.operator.delete(`/workspace/${id}`).expect(404, 'workspace.not_found');
      for (const path of ['/apikey', '/role', '/member', '/audit', '/permission', '/me']) {
        await operator.get(path).expect(404, 'workspace.not_found');
      }
      await operator.post('/apikey', { keyName: 'x', permissions: ['*'] }).expect(404, 'workspace.not_found');
    });

    it('the name is free again, and the new workspace has nothing of the old', async () => {
      const name = uniqueName('Phoenix');
      const old = (await service.operator.post('/workspace', { name }).expect(201)).body;
      await service.operator
        .in(old.id)
        .put('/member/ann', { roles: ['admin'] })
        .expect(200);
      await service.operator.delete(`/workspace/${old.id}`).expect(200);
      const { body } = await service.operator.post('/workspace', { name }).expect(201);
      expect(body.id).not.toBe(old.id);
      expect((await service.operator.in(body.id).get('/member').expect(200)).body).toEqual([]);
    });

    it('leaves other workspaces alone', async () => {
      const [doomed, other] = [await createWorkspace(service), await createWorkspace(service)];
      const key = await other.keyWith('roles:manage');
      for (const { operator } of [doomed, other]) {
        await operator.put('/member/ann', { roles: ['admin'] }).expect(200);
        await operator.post('/role', { name: 'Support', permissions: [] }).expect(201);
      }
      await service.operator.delete(`/workspace/${doomed.id}`).expect(200);
      await key.client.post('/role', { name: 'Another', permissions: [] }).expect(201);
      expect((await other.operator.get('/member/ann').expect(200)).body.roles).toEqual(['admin']);
    });

    it('one of 10 parallel deletes wins; keys that are made meanwhile are refused or deleted with it', async () => {
      const { id, operator } = await createWorkspace(service);
      const [deletes, creations] = await Promise.all([
        Promise.all(Array.from({ length: 10 }, () => service.operator.delete(`/workspace/${id}`))),
        Promise.all(
          Array.from({ length: 10 }, (_, at) =>
            operator.post('/apikey', { keyName: `Late ${at}`, permissions: ['apikeys:view'] }),
          ),
        ),
      ]);
      expect(deletes.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(404)]);
      for (const { status, body } of creations) {
        expect([201, 404]).toContain(status);
        if (status === 201) await service.anonymous.as(body.apiKey).get('/apikey').expect(401);
      }
      expect(await countOf('api_keys', id)).toBe(0);
    });

    it('waits for what is under way in it, and what comes later for it', async () => {
      const { id, operator, keyWith } = await createWorkspace(service);
      const key = await keyWith('apikeys:view');
      const answers = await queue(service, 'LOCK TABLE latchkey_workspace_quotas IN EXCLUSIVE MODE', [
        () => operator.delete(`/apikey/${key.id}`),
        () => service.operator.delete(`/workspace/${id}`),
        () => operator.put('/member/ann', { roles: ['admin'] }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
    });

    it(`takes ${MANY} keys with it in one transaction, with a record for each`, async () => {
      const { id } = await createWorkspace(service);
      const survivor = await (await createWorkspace(service)).keyWith('apikeys:view');
      const secret = generateKey('lk');
      await database.transaction((transaction) => seed(transaction, id, secret));
      const key = service.anonymous.as(secret);
      await key.get('/apikey?limit=1').expect(200);

      const began = process.cpuUsage();
      await service.operator.delete(`/workspace/${id}`).expect(200);
      // By the clock of the processor: the machine may have other things to do.
      const { user, system } = process.cpuUsage(began);

      await key.get('/apikey').expect(401);
      await survivor.client.get('/apikey').expect(200);
      expect(await countOf('api_keys', id)).toBe(0);
      expect(await countOf('deleted_keys', id)).toBe(MANY);
      const [row] = await database.query<{ count: unknown }>(
        `SELECT COUNT(DISTINCT target_id) AS count FROM latchkey_audit_events WHERE workspace_id = $1 AND action = $2`,
        [id, 'apikey.deleted'],
      );
      expect(Number(row?.count)).toBe(MANY);
      expect((user + system) / 1_000_000).toBeLessThan(20);
    });

    it('401, 403, 412: without a key, by a key, without an id', async () => {
      const { id, keyWith } = await createWorkspace(service);
      const { client } = await keyWith('*');
      await service.anonymous.delete(`/workspace/${id}`).expect(401, 'auth.unauthenticated');
      await client.delete(`/workspace/${id}`).expect(403, 'auth.permission_denied');
      await service.operator.delete('/workspace').expect(412, 'request.id_required');
      await service.operator.delete('/workspace/').expect(412, 'request.id_required');
      for (const unknown of [UNKNOWN, 'none', '*']) {
        await service.operator.delete(`/workspace/${unknown}`).expect(404, 'workspace.not_found');
      }
      await client.get('/apikey').expect(200);
    });
  });
});

/** Puts keys into the workspace behind the service's back; the first has the given secret. */
async function seed(transaction: Transaction, workspaceId: string, secret: string): Promise<void> {
  const date = new Date().toISOString();
  const creator = JSON.stringify({ type: 'operator', id: newId(), display: 'first' });
  for (let first = 0; first < MANY; first += ROWS_A_STATEMENT) {
    const rows = Array.from({ length: ROWS_A_STATEMENT }, (_, at) => {
      const hash = hashKey(first + at === 0 ? secret : generateKey('lk'));
      return `('${newId()}', '${workspaceId}', 'Key ${first + at}', '${toSearchName(wordsOf(`Key ${first + at}`))}', '${hash}', 'lk_…', '["apikeys:view"]', '[]', '{}', true, '${date}', '${date}', '${creator}', 1)`;
    });
    await transaction.query(
      `INSERT INTO latchkey_api_keys (id, workspace_id, name, search_name, hash, hint, permissions, allowed_ips, metadata, enabled,
         created_date, updated_date, created_by, version) VALUES ${rows.join(', ')}`,
    );
  }
}
