import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createWorkspace,
  startService,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

interface AuditRecord {
  id: string;
  action: string;
  occurredDate: string;
  workspaceId: string | null;
}

describe('GET /api/v1/audit', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let manager: KeyFixture;
    let deleted: KeyFixture;
    let middle: string;
    let operatorId: string;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      operatorId = (await service.operator.get('/me').expect(200)).body.principal.id;
      manager = await workspace.keyWith('apikeys:delete', 'auditLogs:view');
      deleted = await workspace.keyWith('apikeys:view');
      service.advance(60_000);
      middle = new Date(Date.now() + 30_000).toISOString();
      await manager.client.delete(`/apikey/${deleted.id}`).expect(200);
      await manager.client.delete(`/apikey/${deleted.id}`).expect(404);
      await manager.client.get('/apikey').expect(403);
    });

    afterAll(() => service.stop());

    const actions = async (query: string): Promise<string[]> =>
      (await manager.client.get(`/audit?${query}`).expect(200)).body.data.map(({ action }: AuditRecord) => action);

    it('200: the records of the workspace, newest first', async () => {
      const { body } = await manager.client.get('/audit').expect(200);
      expect(body.data.map(({ action }: AuditRecord) => action)).toEqual([
        'auth.denied',
        'request.failed',
        'apikey.deleted',
        'apikey.created',
        'apikey.created',
        'workspace.created',
      ]);
      expect(body.nextCursor).toBeNull();
      for (const record of body.data) expect(record.workspaceId).toBe(workspace.id);
      const ids = body.data.map(({ id }: AuditRecord) => id);
      expect(ids).toEqual([...ids].sort().reverse());
    });

    it.each<[string, () => string, string[]]>([
      ['action', () => 'action=apikey.deleted', ['apikey.deleted']],
      ['actor', () => `actorId=${manager.id}`, ['auth.denied', 'request.failed', 'apikey.deleted']],
      ['the operator', () => `actorId=${operatorId}&action=apikey.created`, ['apikey.created', 'apikey.created']],
      ['target', () => `targetId=${deleted.id}`, ['request.failed', 'apikey.deleted', 'apikey.created']],
      ['actor in capitals', () => `outcome=denied&actorId=${manager.id.toUpperCase()}`, ['auth.denied']],
      ['target in capitals', () => `outcome=failure&targetId=${deleted.id.toUpperCase()}`, ['request.failed']],
      ['success', () => `outcome=success&actorId=${manager.id}`, ['apikey.deleted']],
      ['failure', () => 'outcome=failure', ['request.failed']],
      ['denied', () => 'outcome=denied', ['auth.denied']],
      ['from', () => `from=${middle}`, ['auth.denied', 'request.failed', 'apikey.deleted']],
      ['to', () => `to=${middle}`, ['apikey.created', 'apikey.created', 'workspace.created']],
      ['from the year 1', () => 'from=0001-01-01T00:00:00Z&outcome=denied', ['auth.denied']],
      ['to the year 1', () => 'to=0001-01-01T00:00:00Z', []],
      ['to beyond the year 9999', () => 'to=9999-12-31T23:59:59-09:00&outcome=denied', ['auth.denied']],
      ['from a leap second', () => 'from=1990-12-31T23:59:60Z&outcome=denied', ['auth.denied']],
      ['all of them', () => `from=${middle}&outcome=success&targetId=${deleted.id}`, ['apikey.deleted']],
      ['an unknown action', () => 'action=apikey.eaten', []],
      ['SQL', () => `actorId=${encodeURIComponent("' OR 1=1 --")}`, []],
      ['a wildcard', () => 'action=apikey.%25', []],
    ])('200: filtered by %s', async (_, query, found) => {
      expect(await actions(query())).toEqual(found);
    });

    it('200: an id that is no UUID is found as it is written', async () => {
      const { operator } = await createWorkspace(service);
      await operator.post('/permission', { name: 'orders:Refund', description: 'Refund' }).expect(201);
      const found = async (id: string) => (await operator.get(`/audit?targetId=${id}`).expect(200)).body.data.length;
      expect([await found('orders:Refund'), await found('orders:refund')]).toEqual([1, 0]);
    });

    it('200: from is included and to is not, in any time zone', async () => {
      const [record] = (await manager.client.get('/audit?action=apikey.deleted').expect(200)).body
        .data as AuditRecord[];
      const date = record!.occurredDate;
      const shifted = new Date(Date.parse(date) + 3_600_000).toISOString().replace('Z', '+01:00');
      for (const moment of [date, encodeURIComponent(shifted)]) {
        expect(await actions(`action=apikey.deleted&from=${moment}`)).toHaveLength(1);
        expect(await actions(`action=apikey.deleted&to=${moment}`)).toHaveLength(0);
      }
    });

    it('200: pages that neither repeat nor miss a record while others are added', async () => {
      const before = (await manager.client.get('/audit').expect(200)).body.data.map(({ id }: AuditRecord) => id);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { body } = await manager.client.get(`/audit?limit=2${query}`).expect(200);
        seen.push(...body.data.map(({ id }: AuditRecord) => id));
        cursor = body.nextCursor;
        await workspace.keyWith('apikeys:view');
      } while (cursor !== null);
      expect(seen).toEqual(before);
    });

    it('200: the cursor goes on in a filtered list', async () => {
      const first = (await manager.client.get('/audit?action=apikey.created&limit=1').expect(200)).body;
      const second = (
        await manager.client.get(`/audit?action=apikey.created&limit=1&cursor=${first.nextCursor}`).expect(200)
      ).body;
      expect(second.data[0].action).toBe('apikey.created');
      expect(second.data[0].id < first.data[0].id).toBe(true);
    });

    it('400: a cursor that was not given out', async () => {
      const { nextCursor } = (await manager.client.get('/audit?limit=1').expect(200)).body;
      const encoded = (text: string) => Buffer.from(text).toString('base64url');
      for (const cursor of [
        `${nextCursor}=`,
        nextCursor.slice(0, -1),
        `${nextCursor}A`,
        'x',
        '!',
        encoded('1.'),
        encoded('1.\0'),
        encoded("1.' OR 1=1 --"),
        encoded('2.0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11'),
        encoded('1.0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11.1'),
        '%00',
      ]) {
        const { body } = await manager.client.get(`/audit?cursor=${cursor}`).expect(400, 'request.invalid');
        expect(body.details[0].field).toBe('cursor');
      }
    });

    it('200: the operator sees every workspace, and what belongs to none', async () => {
      const other = await createWorkspace(service);
      await service.anonymous.get('/apikey').expect(401);
      const { body } = await service.operator.in('*').get('/audit?limit=500').expect(200);
      const seen = new Set(body.data.map(({ workspaceId }: AuditRecord) => workspaceId));
      expect([...seen]).toEqual(expect.arrayContaining([workspace.id, other.id, null]));
      const within = await other.operator.get('/audit').expect(200);
      expect(within.body.data.map(({ action }: AuditRecord) => action)).toEqual(['workspace.created']);
    });

    it('401: without a key, and 403: names the missing permission', async () => {
      await service.anonymous.get('/audit').expect(401, 'auth.unauthenticated');
      const { client } = await workspace.keyWith('auditLogs:export');
      const { body } = await client.get('/audit').expect(403, 'auth.permission_denied');
      expect(body.message).toContain('auditLogs:view');
    });

    it('404: a key in every workspace, or in another', async () => {
      await manager.client.in('*').get('/audit').expect(404, 'workspace.not_found');
      await manager.client
        .in((await createWorkspace(service)).id)
        .get('/audit')
        .expect(404, 'workspace.not_found');
    });

    it('412: the operator names no workspace', async () => {
      await service.operator.get('/audit').expect(412, 'workspace.required');
    });
  });
});
