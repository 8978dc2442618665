import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyUpdated } from '../../src/api-keys/events.js';
import { Principal } from '../../src/identity/principal.js';
import { UnitOfWork } from '../../src/events/unit-of-work.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const RECORDS = 1203;

interface AuditRecord {
  id: string;
  action: string;
}

describe('GET /api/v1/audit/export', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      const { id: workspaceId } = workspace;
      await service.app.get(UnitOfWork, { strict: false }).run(Principal.system('importer', workspaceId), (work) => {
        for (let at = 0; at < RECORDS; at += 1) {
          const changes = [{ field: 'description', before: null, after: `Line\n${at} “ü” \u2028` }];
          work.record(new ApiKeyUpdated({ id: `key-${at}`, name: `Key ${at}`, workspaceId }, changes));
        }
      });
    });

    afterAll(() => service.stop());

    const exported = async (query = ''): Promise<AuditRecord[]> => {
      const { text, headers } = await workspace.operator.get(`/audit/export${query}`).expect(200);
      expect(headers.get('content-type')).toBe('application/x-ndjson');
      expect(headers.get('content-disposition')).toBe('attachment; filename="audit.ndjson"');
      if (text === '') return [];
      expect(text.endsWith('\n')).toBe(true);
      return text
        .slice(0, -1)
        .split('\n')
        .map((line) => JSON.parse(line) as AuditRecord);
    };

    const pages = async (query: string): Promise<AuditRecord[]> => {
      const records: AuditRecord[] = [];
      for (let cursor = ''; ;) {
        const { body } = await workspace.operator.get(`/audit?limit=500&${query}${cursor}`).expect(200);
        records.push(...(body.data as AuditRecord[]));
        if (body.nextCursor === null) return records;
        cursor = `&cursor=${body.nextCursor}`;
      }
    };

    it('HEAD: 200 with the headers alone; nothing is exported, and no record says so', async () => {
      const records = await exported();
      const answer = await fetch(`${service.url}/api/v1/audit/export`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${service.operatorKey}`, 'x-workspace-id': workspace.id },
      });
      expect([answer.status, await answer.text()]).toEqual([200, '']);
      expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit.ndjson"');
      // The first export is on the trail for the second.
      expect(await exported()).toHaveLength(records.length + 1);
    });

    it('200: the very records of the pages, oldest first, one a line', async () => {
      const updated = await exported('?action=apikey.updated&format=ndjson');
      expect(updated).toHaveLength(RECORDS);
      expect(updated).toEqual((await pages('action=apikey.updated')).reverse());
      const all = await exported();
      expect(all.slice(-1)[0]?.action).toBe('audit.exported');
      expect(all).toEqual((await pages('')).reverse());
    });

    it('200: only of this workspace; all of them for the operator in every one', async () => {
      const other = await createWorkspace(service);
      const { text } = await other.operator.get('/audit/export').expect(200);
      expect(text.trim().split('\n')).toHaveLength(2);
      const everything = await service.operator.in('*').get('/audit/export').expect(200);
      expect(everything.text).toContain(other.id);
      expect(everything.text).toContain(workspace.id);
    });

    it('200: an id in capitals, and any date', async () => {
      const query = `?from=0001-01-01T00:00:00Z&outcome=success&targetId=${workspace.id.toUpperCase()}`;
      expect((await exported(query)).map(({ action }) => action)).toContain('workspace.created');
    });

    it('200: nothing that matches is an empty file', async () => {
      expect(await exported('?action=apikey.eaten')).toEqual([]);
    });

    it('is itself on the trail: who took a copy of what', async () => {
      const exporter = await workspace.keyWith('auditLogs:export');
      await exporter.client.get('/audit/export?outcome=denied').expect(200);
      const { body } = await workspace.operator.get(`/audit?actorId=${exporter.id}`).expect(200);
      expect(body.data).toHaveLength(1);
      expect(body.data[0]).toMatchObject({
        action: 'audit.exported',
        outcome: 'success',
        statusCode: 200,
        targets: [{ type: 'audit', id: workspace.id }],
        changes: [
          { field: 'format', before: null, after: 'ndjson' },
          { field: 'outcome', before: null, after: 'denied' },
        ],
        request: { method: 'GET', route: '/api/v1/audit/export' },
      });
    });

    it('401, 403, 412: without a key, without the permission, without a workspace', async () => {
      await service.anonymous.get('/audit/export').expect(401, 'auth.unauthenticated');
      const { client } = await workspace.keyWith('auditLogs:view');
      const { body } = await client.get('/audit/export').expect(403, 'auth.permission_denied');
      expect(body.message).toContain('auditLogs:export');
      await service.operator.get('/audit/export').expect(412, 'workspace.required');
    });

    it('400: a format that is not known', async () => {
      const { body } = await workspace.operator.get('/audit/export?format=xml').expect(400, 'request.invalid');
      expect(body.details[0].field).toBe('format');
    });
  });
});
