import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeyCreated } from '../../src/api-keys/events.js';
import { AuthDenied } from '../../src/refused-requests/events.js';
import { Principal } from '../../src/identity/principal.js';
import { newId } from '../../src/kernel/ids.js';
import type { Actor } from '../../src/events/actor.js';
import { UnitOfWork } from '../../src/events/unit-of-work.js';
import { FailedAttempts } from '../../src/refused-attempts/failed-attempts.js';
import {
  createWorkspace,
  startService,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const MINUTE_MS = 60_000;
const ITEMISED = 600;
const MOST_NAMED = 200;

interface Count {
  name: string;
  count: number;
}

interface AuditRecord {
  action: string;
  targets: { type: string; id: string }[];
  changes: { field: string; after: unknown }[];
  reason: string;
}

describe('A caller who floods the trail with refusals', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let attempts: FailedAttempts;
    let workspace: WorkspaceFixture;
    let caller: KeyFixture;

    beforeAll(async () => {
      service = await startService(kind, { TRUST_PROXY: '127.0.0.1' });
      attempts = service.app.get(FailedAttempts, { strict: false });
    });

    beforeEach(async () => {
      await nextMinute();
      workspace = await createWorkspace(service);
      caller = await workspace.keyWith('apikeys:view');
    });

    afterAll(() => service.stop());

    const nextMinute = async (): Promise<void> => {
      service.advance(MINUTE_MS);
      await attempts.closeEnded();
    };

    const actorOf = (type: Actor['type'], id: string, workspaceId: string | null): Actor => ({
      type,
      id,
      display: id,
      credentialId: id,
      workspaceId,
      origin: null,
    });

    /** What a key of the workspace is refused, without the way over HTTP. */
    const refuse = (id: string, { type = 'apikey', by = caller.id, of = workspace.id } = {}): Promise<void> => {
      const facts = { targets: [{ type, id, display: '' }], statusCode: 403, errorCode: 'auth.permission_denied' };
      return attempts.record(actorOf('apikey', by, of), new AuthDenied({ ...facts, workspaceId: of }));
    };

    /** Refusals at ids that do not exist, so that no more become records of their own. */
    const invent = (count: number, times = 1): Promise<unknown> => {
      const ids = Array.from({ length: count }, newId);
      return Promise.all(ids.flatMap((id) => Array.from({ length: times }, () => refuse(id))));
    };

    const suppressed = async ({ id }: { id: string } = workspace): Promise<AuditRecord> => {
      const { body } = await service.operator.in(id).get('/audit?action=audit.suppressed').expect(200);
      expect(body.data).toHaveLength(1);
      return body.data[0];
    };

    const named = ({ changes }: AuditRecord, field: string): Count[] =>
      changes.filter((change) => change.field === field).flatMap(({ after }) => after as Count[]);

    const countOf = ({ changes }: AuditRecord, field: string): unknown =>
      changes.find((change) => change.field === field)?.after;

    it('hides no attempt at a key behind attempts at ids that do not exist', async () => {
      const [key, dead] = [await workspace.keyWith('*'), await workspace.keyWith('*')];
      await workspace.operator.delete(`/apikey/${dead.id}`).expect(200);
      const role = (
        await workspace.operator.post('/role', { name: 'Support', permissions: ['apikeys:view'] }).expect(201)
      ).body;
      await workspace.operator.put('/member/ann', { roles: ['viewer'] });
      await invent(ITEMISED);
      await caller.client.delete(`/apikey/${key.id}`).expect(403);
      await caller.client.delete(`/apikey/${dead.id.toUpperCase()}`).expect(403);
      await refuse(role.id, { type: 'role' });
      await refuse('ann', { type: 'member' });
      await invent(1500, 2);
      await nextMinute();

      const record = await suppressed();
      expect(new Set(named(record, 'targets').map(({ name }) => name))).toEqual(
        new Set([`apikey:${key.id}`, `apikey:${dead.id}`, `role:${role.id}`, 'member:ann']),
      );
      expect(countOf(record, 'unknownTargets')).toBe(3000);
      for (const id of [key.id, dead.id, role.id]) {
        const { body } = await workspace.operator.get(`/audit?action=audit.suppressed&targetId=${id}`).expect(200);
        expect(body.data).toMatchObject([{ targets: expect.arrayContaining([expect.objectContaining({ id })]) }]);
      }
    });

    it('makes no id known by trying it, nor an id of another workspace or type', async () => {
      const other = await createWorkspace(service);
      const theirs = await other.keyWith('*');
      const invented = newId();
      for (let minute = 0; minute < 2; minute += 1) {
        workspace = await createWorkspace(service);
        const key = await workspace.keyWith('*');
        for (let at = 0; at < 12; at += 1) {
          await Promise.all([refuse(invented), refuse(theirs.id), refuse(key.id, { type: 'role' })]);
        }
        await nextMinute();
        const record = await suppressed();
        expect(named(record, 'targets')).toEqual([]);
        expect(countOf(record, 'unknownTargets')).toBe(6);
      }
    });

    it('aims at many keys that exist: two hundred are named, the rest counted', async () => {
      const ids = Array.from({ length: 300 }, newId);
      await service.app.get(UnitOfWork, { strict: false }).run(Principal.system('importer', workspace.id), (work) => {
        for (const id of ids) work.record(new ApiKeyCreated({ id, name: id, workspaceId: workspace.id }, []));
      });
      await invent(ITEMISED);
      for (const id of ids) await refuse(id);
      await Promise.all(Array.from({ length: 5 }, () => refuse(ids[150]!)));
      await nextMinute();

      const record = await suppressed();
      const targets = named(record, 'targets');
      expect(targets).toHaveLength(MOST_NAMED + 1);
      expect(targets[0]).toEqual({ name: `apikey:${ids[150]}`, count: 6 });
      expect(targets.at(-1)).toEqual({ name: 'others', count: 305 - 6 - (MOST_NAMED - 1) });
      expect(record.targets).toHaveLength(1 + MOST_NAMED);
    });

    it('pushes out no credential of the workspace by callers from elsewhere', async () => {
      await invent(ITEMISED + 1);
      const dead = await workspace.keyWith('*');
      await workspace.operator.delete(`/apikey/${dead.id}`).expect(200);
      for (let at = 0; at < 120; at += 1) {
        const from = dead.client.with({ 'x-forwarded-for': `10.1.${at}.1` });
        for (let again = 0; again < 12; again += 1) await from.get('/apikey').expect(401);
      }
      await nextMinute();

      const record = await suppressed();
      expect(named(record, 'sources')[0]).toEqual({ name: `apikey:${caller.id}`, count: 1 });
      expect(record.targets.map(({ id }) => id)).toContain(caller.id);
    });

    it('hides no great escalation behind small ones', async () => {
      const { id, client } = await workspace.keyWith('apikeys:create');
      const grant = (permission: string, keyName: string) =>
        client.post('/apikey', { keyName, permissions: [permission] }).expect(403, 'auth.escalation');
      for (let at = 0; at < 15; at += 1) await grant('apikeys:view', `Small ${at}`);
      await grant('*', 'Great');
      const { body } = await workspace.operator.get(`/audit?actorId=${id}&outcome=denied`).expect(200);
      expect(body.data).toHaveLength(11);
      expect(body.data[0].reason).toContain('*');
      await nextMinute();
      expect(named(await suppressed(), 'kinds')).toEqual([{ name: 'auth.denied auth.escalation', count: 5 }]);
    });

    it('gains nothing where the store fails meanwhile: what is not looked up waits', async () => {
      const key = await workspace.keyWith('*');
      await invent(ITEMISED);
      const rename = (from: string, to: string) =>
        withSql(service.store, (query) => query(`ALTER TABLE ${from} RENAME TO ${to}`));
      await rename('latchkey_audit_events', 'elsewhere');
      await refuse(key.id);
      await invent(1200);
      await nextMinute();
      await rename('elsewhere', 'latchkey_audit_events');
      await nextMinute();

      const record = await suppressed();
      expect(named(record, 'targets')).toEqual([{ name: `apikey:${key.id}`, count: 1 }]);
      expect(countOf(record, 'unknownTargets')).toBe(1200);
    });
  });
});
