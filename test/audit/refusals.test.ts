import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FailedAttempts } from '../../src/refused-attempts/failed-attempts.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { withTrailRefused } from '../support/refused-trail.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore, type Store } from '../support/stores.js';
import { holdLock } from '../support/write-lock.js';

const WINDOW_MS = 60_000;
const LONGEST_CHANGE_MS = 10_000;

interface AuditRecord {
  action: string;
  targets: { type: string; id: string; display: string | null }[];
  changes: { field: string; after: unknown }[];
}

describe('refused and failed attempts', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let attempts: FailedAttempts;

    beforeAll(async () => {
      service = await startService(kind, { TRUST_PROXY: '127.0.0.1' });
      workspace = await createWorkspace(service);
      attempts = service.app.get(FailedAttempts, { strict: false });
    });

    // Each test begins in a new minute, with nothing left to count.
    beforeEach(async () => {
      service.advance(WINDOW_MS);
      await attempts.closeEnded();
    });

    afterAll(() => service.stop());

    const records = async (query: string): Promise<AuditRecord[]> =>
      (await service.operator.in('*').get(`/audit?${query}`).expect(200)).body.data;

    const from = (ip: string) => service.anonymous.with({ 'x-forwarded-for': ip, 'user-agent': 'probe/1.0' });

    const newest = async (): Promise<AuditRecord> => (await records('limit=1'))[0]!;

    it('401: recorded with route, address and user agent; the reason is not told to the caller', async () => {
      const { headers } = await from('203.0.113.7').delete(`/apikey/${workspace.id}`).expect(401);
      expect(await newest()).toMatchObject({
        action: 'auth.failed',
        outcome: 'denied',
        workspaceId: null,
        actor: { type: 'anonymous', id: 'anonymous', credentialId: null },
        targets: [{ type: 'apikey', id: workspace.id, display: '' }],
        reason: 'none',
        request: {
          id: headers.get('x-request-id'),
          method: 'DELETE',
          route: '/api/v1/apikey/:id',
          ip: '203.0.113.7',
          userAgent: 'probe/1.0',
        },
        statusCode: 401,
        errorCode: 'auth.unauthenticated',
      });
    });

    it('401: a known key, and a deleted one, are attributed, in their workspace', async () => {
      const disabled = await workspace.keyWith('apikeys:view');
      await workspace.operator.patch(`/apikey/${disabled.id}`, { enabled: false }).expect(200);
      const deleted = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${deleted.id}`).expect(200);
      for (const [key, reason] of [
        [disabled, 'disabled'],
        [deleted, 'deleted'],
      ] as const) {
        await key.client.get('/apikey').expect(401);
        expect(await newest()).toMatchObject({
          action: 'auth.failed',
          workspaceId: workspace.id,
          actor: { type: 'anonymous' },
          targets: [{ type: 'apikey', id: key.id, display: key.name }],
          reason,
        });
      }
      await service.operator.as(generateKey('lk')).get('/apikey').expect(401);
      expect(await newest()).toMatchObject({ workspaceId: null, targets: [], reason: 'unknown' });
    });

    it('403, 404, 409, 412, 400: recorded with who, what and why', async () => {
      const key = await workspace.keyWith('apikeys:delete', 'apikeys:create');
      const facts = { actor: { type: 'apikey', id: key.id, display: key.name, credentialId: key.id } };
      const { client } = key;

      await client.get(`/apikey/${key.id}`).expect(403);
      expect(await newest()).toMatchObject({
        ...facts,
        action: 'auth.denied',
        outcome: 'denied',
        statusCode: 403,
        errorCode: 'auth.permission_denied',
        targets: [{ type: 'apikey', id: key.id }],
        request: { method: 'GET', route: '/api/v1/apikey/:id', ip: '127.0.0.1' },
      });
      await client.delete('/apikey/0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11').expect(404);
      expect(await newest()).toMatchObject({
        ...facts,
        action: 'request.failed',
        outcome: 'failure',
        statusCode: 404,
        errorCode: 'apikey.not_found',
        targets: [{ type: 'apikey', id: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11' }],
      });
      await client.post('/apikey', { keyName: key.name, permissions: ['apikeys:delete'] }).expect(409);
      expect(await newest()).toMatchObject({ ...facts, statusCode: 409, errorCode: 'apikey.conflict' });
      await client.delete(`/apikey/${key.id}`, { 'if-match': '"9"' }).expect(412);
      expect(await newest()).toMatchObject({ ...facts, statusCode: 412, errorCode: 'apikey.version_mismatch' });
      await client.post('/apikey', { keyName: '' }).expect(400);
      expect(await newest()).toMatchObject({ ...facts, statusCode: 400, errorCode: 'request.invalid' });
    });

    it('404: naming another workspace is recorded in the caller’s own', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const other = await createWorkspace(service);
      await key.client.in(other.id).get('/apikey').expect(404, 'workspace.not_found');
      expect((await workspace.operator.get('/audit?limit=1').expect(200)).body.data[0]).toMatchObject({
        action: 'auth.denied',
        workspaceId: workspace.id,
        actor: { id: key.id },
        statusCode: 404,
        errorCode: 'workspace.not_found',
      });
    });

    it('beyond ten a minute from one source they are counted, and the count is recorded when the minute ends', async () => {
      const key = await workspace.keyWith('apikeys:view');
      for (let at = 0; at < 30; at += 1) await key.client.delete(`/apikey/${key.id}`).expect(403);
      expect(await records(`actorId=${key.id}`)).toHaveLength(10);
      await attempts.closeEnded();
      expect(await records(`action=audit.suppressed&targetId=${key.id}`)).toEqual([]);

      service.advance(WINDOW_MS);
      await attempts.closeEnded();
      await attempts.closeEnded();

      expect(await records(`actorId=${key.id}`)).toHaveLength(10);
      const suppressed = await records(`action=audit.suppressed&targetId=${key.id}`);
      expect(suppressed).toHaveLength(1);
      expect(suppressed[0]).toMatchObject({
        workspaceId: workspace.id,
        actor: { type: 'system' },
        targets: [{ type: 'apikey', id: key.id, display: key.name }],
        changes: [
          { field: 'auth.denied', before: null, after: 20 },
          { field: 'kinds', before: null, after: [{ name: 'auth.denied auth.permission_denied', count: 20 }] },
          { field: 'sources', before: null, after: [{ name: `apikey:${key.id}`, count: 20 }] },
          { field: 'targets', before: null, after: [{ name: `apikey:${key.id}`, count: 20 }] },
          { field: 'routes', before: null, after: [{ name: 'DELETE /api/v1/apikey/:id', count: 20 }] },
        ],
      });
    });

    it('the network of an address without a credential is a source, apart from every other', async () => {
      const flood = from('198.51.100.1');
      await Promise.all(Array.from({ length: 30 }, () => flood.get('/apikey').expect(401)));
      await from('198.51.101.1').get('/apikey').expect(401);
      const failed = (await records('action=auth.failed')) as unknown as { request: { ip: string } }[];
      const count = (ip: string) => failed.filter(({ request }) => request.ip === ip).length;
      expect(count('198.51.100.1')).toBe(10);
      expect(count('198.51.101.1')).toBe(1);
      service.advance(WINDOW_MS);
      await attempts.closeEnded();
      expect(await newest()).toMatchObject({
        action: 'audit.suppressed',
        targets: [],
        changes: [
          { field: 'auth.failed', after: 20 },
          { field: 'kinds', after: [{ name: expect.stringMatching(/^auth.failed /), count: 20 }] },
          { field: 'sources', after: [{ name: '198.51.100.0/24', count: 20 }] },
          { field: 'routes', after: [{ name: 'GET /api/v1/apikey', count: 20 }] },
        ],
      });
    });

    it('a new minute begins with ten again, and closes the one before', async () => {
      const key = await workspace.keyWith('apikeys:view');
      for (let at = 0; at < 12; at += 1) await key.client.delete(`/apikey/${key.id}`).expect(403);
      service.advance(WINDOW_MS);
      for (let at = 0; at < 3; at += 1) await key.client.delete(`/apikey/${key.id}`).expect(403);
      await attempts.closeEnded();
      expect(await records(`actorId=${key.id}`)).toHaveLength(13);
      expect(await suppressedOf(key.id)).toEqual([2]);
    });

    it('counts that cannot be written are kept, and written once they can be', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const refuse = () => key.client.delete(`/apikey/${key.id}`).expect(403);
      for (let at = 0; at < 15; at += 1) await refuse();
      await withTrailRefused(service, async () => {
        service.advance(WINDOW_MS);
        await attempts.closeEnded();
        await attempts.closeEnded();
        expect(await suppressedOf(key.id)).toEqual([]);
      });
      // A new minute, whose own counts must join those that are waiting.
      for (let at = 0; at < 11; at += 1) await refuse();
      await withTrailRefused(service, () => attempts.closeEnded());
      service.advance(WINDOW_MS);
      await attempts.closeEnded();
      expect((await suppressedOf(key.id)).reduce((sum, count) => sum + count, 0)).toBe(6);
    });

    it('whoever closes a minute that is being closed waits until its counts are written', async () => {
      const key = await workspace.keyWith('apikeys:view');
      for (let at = 0; at < 14; at += 1) await key.client.delete(`/apikey/${key.id}`).expect(403);
      const release = await holdLock(service.store, 'LOCK TABLE latchkey_audit_events IN EXCLUSIVE MODE');
      service.advance(WINDOW_MS);
      void attempts.closeEnded();
      const closed = attempts.closeEnded();
      await release();
      await closed;
      expect(await suppressedOf(key.id)).toEqual([4]);
    });

    it('503: a refusal that cannot be recorded is not answered as if it had been', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await withTrailRefused(service, async () => {
        await key.client.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable');
      });
      await key.client.get('/apikey').expect(200);
    });

    it('503: what cannot be recorded takes no place of what can be', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const refuse = (status: number) => key.client.delete(`/apikey/${key.id}`).expect(status);
      await withTrailRefused(service, async () => {
        for (let at = 0; at < 10; at += 1) await refuse(503);
      });
      for (let at = 0; at < 10; at += 1) await refuse(403);
      expect(await records(`action=auth.denied&targetId=${key.id}`)).toHaveLength(10);
    });

    it('503: refusals that cannot be recorded wait together, not one after the other', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const release = await holdLock(service.store, 'LOCK TABLE latchkey_audit_events IN EXCLUSIVE MODE');
      const beginning = performance.now();
      const refuse = () => key.client.delete(`/apikey/${key.id}`).expect(503, 'store.unavailable');
      await Promise.all(Array.from({ length: 4 }, refuse));
      expect(performance.now() - beginning).toBeLessThan(LONGEST_CHANGE_MS);
      await release();
    });

    it('401: an unknown caller learns that all the same, and is counted', async () => {
      service.advance(WINDOW_MS);
      await attempts.closeEnded();
      await withTrailRefused(service, async () => {
        await service.anonymous.as(generateKey('lk')).get('/apikey').expect(401);
        await service.anonymous.get('/apikey').expect(401);
      });
      service.advance(WINDOW_MS);
      await attempts.closeEnded();
      const counts = (await suppressedIn(service.store)).flatMap(({ changes }) => changes);
      expect(counts).toContainEqual({ field: 'auth.failed', before: null, after: 2 });
    });

    async function suppressedOf(targetId: string): Promise<number[]> {
      const found = await records(`action=audit.suppressed&targetId=${targetId}`);
      return found.flatMap(({ changes }) =>
        changes.filter(({ field }) => field === 'auth.denied').map(({ after }) => Number(after)),
      );
    }
  });

  forEachStore((kind) => {
    it('stopping writes the counts of the minute that has not ended', async () => {
      const service = await startService(kind);
      const workspace = await createWorkspace(service);
      const key = await workspace.keyWith('apikeys:view');
      for (let at = 0; at < 14; at += 1) await key.client.delete(`/apikey/${key.id}`).expect(403);
      await service.app.close();
      expect((await suppressedIn(service.store)).map(({ changes }) => changes[0])).toEqual([
        { after: 4, before: null, field: 'auth.denied' },
      ]);
      await service.store.drop();
    });
  });
});

/** The counts on every trail of the store. */
async function suppressedIn(store: Store): Promise<AuditRecord[]> {
  const rows = await withSql(store, (query) =>
    query(`SELECT pii.content FROM latchkey_audit_events event
      JOIN latchkey_audit_pii pii ON pii.event_id = event.id WHERE event.action = 'audit.suppressed'`),
  );
  return rows.map(({ content }) => JSON.parse(String(content)) as AuditRecord);
}
