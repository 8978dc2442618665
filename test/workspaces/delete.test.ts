import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ApiKeysService } from '../../src/api-keys/api-keys.service.js';
import { Principal } from '../../src/identity/principal.js';
import { MembersService } from '../../src/members/members.service.js';
import { generateKey, hashKey } from '../../src/kernel/keys/key-format.js';
import { newId } from '../../src/kernel/ids.js';
import { Database } from '../../src/database/database.js';
import type { Transaction } from '../../src/database/transaction.js';
import type { Body } from '../support/client.js';
import { toSearchName, wordsOf } from '../../src/api-keys/search/search-words.js';
import { WorkspaceKeys } from '../../src/api-keys/deletion/workspace-keys.js';
import { SYSTEM_TIME } from '../../src/kernel/time.js';
import { WorkspaceRemoval } from '../../src/workspaces/workspace-removal.js';
import { UnitOfWork } from '../../src/events/unit-of-work.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { queue } from '../support/queue.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const MANY = 10_000;
const ROWS_A_STATEMENT = 500;
/** Twice as long as a step may take. */
const SLOW_MS = 40;
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

    /** Once nothing of it is stored any more. */
    const removed = () => service.app.get(WorkspacesService, { strict: false }).removed();

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
      await removed();
      for (const key of keys) await key.client.get('/apikey').expect(401, 'auth.unauthenticated');
      for (const table of ['api_keys', 'roles', 'members', 'permissions', 'role_assignments', 'workspace_deletions']) {
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
      await removed();
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
      await removed();
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

    it(`takes ${MANY} keys with it, with a record for each, in steps that let others through`, async () => {
      const { id } = await createWorkspace(service);
      const survivor = await (await createWorkspace(service)).keyWith('apikeys:view');
      const secret = generateKey('lk');
      await database.transaction((transaction) => seed(transaction, id, secret));
      const key = service.anonymous.as(secret);
      await key.get('/apikey?limit=1').expect(200);
      const most = mostKeysInOneTransaction(service);

      const began = process.cpuUsage();
      await service.operator.delete(`/workspace/${id}`).expect(200);
      await key.get('/apikey').expect(401);
      await survivor.client.get('/apikey').expect(200);
      await removed();
      // By the clock of the processor: the machine may have other things to do.
      const { user, system } = process.cpuUsage(began);

      await key.get('/apikey').expect(401);
      const deletedAtOnce = most();
      expect(deletedAtOnce).toBeGreaterThan(0);
      expect(deletedAtOnce).toBeLessThanOrEqual(500);
      expect(await countOf('api_keys', id)).toBe(0);
      expect(await countOf('deleted_keys', id)).toBe(MANY);
      const [row] = await database.query<{ count: unknown; keys: unknown }>(
        `SELECT COUNT(*) AS count, COUNT(DISTINCT target_id) AS keys FROM latchkey_audit_events
         WHERE workspace_id = $1 AND action = $2`,
        [id, 'apikey.deleted'],
      );
      expect([Number(row?.count), Number(row?.keys)]).toEqual([MANY, MANY]);
      expect((user + system) / 1_000_000).toBeLessThan(20);
    });

    it('goes on in smaller steps where one takes long', async () => {
      const slow = await startService(kind);
      const { id, keyWith } = await createWorkspace(slow);
      for (let made = 0; made < 40; made += 1) await keyWith('apikeys:view');
      let now = 0;
      slow.app.get(WorkspaceRemoval, { strict: false }).time = { ...SYSTEM_TIME, monotonic: () => now };
      const keys = slow.app.get(WorkspaceKeys, { strict: false });
      const deleteSome = keys.deleteSome.bind(keys);
      const sizes: number[] = [];
      keys.deleteSome = (work, workspace, most) => {
        sizes.push(most);
        now += SLOW_MS;
        return deleteSome(work, workspace, most);
      };
      await slow.operator.delete(`/workspace/${id}`).expect(200);
      await slow.app.get(WorkspacesService, { strict: false }).removed();

      expect(sizes.slice(0, 6)).toEqual([20, 10, 5, 2, 1, 1]);
      await slow.stop();
    });

    describe('while what was in it is not all gone', () => {
      let allow: () => Promise<void>;

      beforeEach(() => {
        const keys = service.app.get(WorkspaceKeys, { strict: false });
        keys.deleteSome = () => Promise.reject(new Error('Not yet'));
        allow = async () => {
          Reflect.deleteProperty(keys, 'deleteSome');
          await removed();
        };
      });

      afterEach(() => allow());

      it('accepts none of its keys, and shows nothing of it', async () => {
        const externalId = uniqueName('tenant').replace(' ', '-');
        const { id } = (await service.operator.post('/workspace', { name: 'Doomed', externalId }).expect(201)).body;
        const operator = service.operator.in(id);
        const create = (settings: object) =>
          operator.post('/apikey', { keyName: uniqueName('Key'), permissions: ['apikeys:view'], ...settings });
        const created = (await create({}).expect(201)).body;
        const disabled = (await create({}).expect(201)).body;
        await operator.patch(`/apikey/${disabled.id}`, { enabled: false }).expect(200);
        await operator.put('/member/dora', { roles: ['admin'] }).expect(200);
        const members = service.app.get(MembersService, { strict: false });
        expect(await members.find('dora', undefined)).toMatchObject({ workspaceId: id });

        await service.operator.delete(`/workspace/${id}`).expect(200);
        await removed();

        expect(await countOf('api_keys', id)).toBe(2);
        for (const { apiKey } of [created, disabled]) {
          await service.anonymous.as(apiKey).get('/apikey').expect(401, 'auth.unauthenticated');
        }
        const { data } = (await service.operator.in('*').get(`/audit?targetId=${disabled.id}&limit=1`).expect(200))
          .body;
        expect(data).toMatchObject([{ action: 'auth.failed', reason: 'deleted', workspaceId: id }]);
        for (const reference of [id, externalId]) {
          await service.operator.in(reference).get('/apikey').expect(404, 'workspace.not_found');
        }
        expect(await members.find('dora', undefined)).toBeUndefined();
        expect(await members.find('dora', id)).toBeUndefined();
        const listed = (await service.operator.get('/workspace?limit=200').expect(200)).body;
        expect(listed.map((workspace: Body) => workspace.id)).not.toContain(id);
        await service.operator.post('/workspace', { name: 'Doomed', externalId }).expect(201);
      });

      it('404: for a command of somebody who was let in before', async () => {
        const { id, keyWith } = await createWorkspace(service);
        const key = await keyWith('apikeys:view');
        await service.operator.delete(`/workspace/${id}`).expect(200);
        const late = Principal.system('late', id);
        const keys = service.app.get(ApiKeysService, { strict: false });
        const members = service.app.get(MembersService, { strict: false });

        for (const command of [
          () => keys.update(late, key.id, { enabled: false }),
          () => keys.delete(late, key.id, {}),
          () => keys.create(late, { keyName: 'Late', permissions: ['apikeys:view'] }),
          () => members.put(late, 'ann', { roles: ['admin'] }),
        ]) {
          await expect(command()).rejects.toMatchObject({ code: 'workspace.not_found' });
        }
        expect(await countOf('api_keys', id)).toBe(1);
        expect(await countOf('members', id)).toBe(0);
        for (const place of [late, Principal.system('late', randomUUID())]) {
          for (const call of [
            () => members.list(place),
            () => keys.create(place, { keyName: 'Late', permissions: ['apikeys:view'] }),
          ]) {
            await expect(call()).rejects.toMatchObject({ code: 'workspace.not_found' });
          }
        }
      });

      it('keeps who deleted it for the records to come, without a credential they sent along', async () => {
        const { id, keyWith } = await createWorkspace(service);
        const { secret } = await keyWith('apikeys:view');
        const actor = service.operator.with({ 'User-Agent': `curl ${secret}` });
        await actor.delete(`/workspace/${id}`).expect(200);
        const [row] = await database.query<{ actor: string }>(
          'SELECT actor FROM latchkey_workspace_deletions WHERE workspace_id = $1',
          [id],
        );
        expect(row?.actor).toContain('"userAgent":"curl ');
        expect(row?.actor).not.toContain(secret);
        await allow();
        const records = await exported(id);
        const deleted = records.filter(({ action }) => action === 'apikey.deleted');
        expect(deleted).toMatchObject([{ actor: { type: 'operator' }, request: { route: '/api/v1/workspace/:id' } }]);
      });
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

/** Tells the most keys that one transaction has deleted since. */
function mostKeysInOneTransaction({ app }: RunningService): () => number {
  const unitOfWork = app.get(UnitOfWork, { strict: false });
  const run = unitOfWork.run.bind(unitOfWork);
  let most = 0;
  unitOfWork.run = (actor, command, options) =>
    run(
      actor,
      async (work) => {
        const result = await command(work);
        most = Math.max(most, work.events.filter(({ action }) => action === 'apikey.deleted').length);
        return result;
      },
      options,
    );
  return () => {
    Reflect.deleteProperty(unitOfWork, 'run');
    return most;
  };
}
