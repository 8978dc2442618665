import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

interface StoredRecord {
  id: string;
  payload: string;
  payload_hash: string;
  salt: string;
  content: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('records of the trail, as they are stored', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let stored: StoredRecord[];

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      const { body } = await workspace.operator
        .post('/apikey', {
          keyName: 'Wörker “1” 🗝',
          permissions: ['apikeys:view'],
          description: '\u2028',
          metadata: { z: 1, a: { ä: [1e21, 0.1, -0, 5e-324], '\u{1F600}': '\u0001', '\uFFFD': '\b"\\/' } },
        })
        .expect(201);
      await workspace.operator.patch(`/apikey/${body.id}`, { enabled: false }).expect(200);
      await workspace.operator.delete(`/apikey/${body.id}?reason=caf%C3%A9`).expect(200);
      await workspace.operator.delete(`/apikey/${body.id}`).expect(404);
      const dead = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${dead.id}`).expect(200);
      await dead.client.delete(`/apikey/${body.id}`).expect(401);
      await service.anonymous.get('/apikey', { 'user-agent': 'caf\u{e9} "x"' }).expect(401);
      stored = (await withSql(service.store, (query) =>
        query(`SELECT event.id, payload, payload_hash, salt, content FROM latchkey_audit_events event
          JOIN latchkey_audit_pii pii ON pii.event_id = event.id`),
      )) as unknown as StoredRecord[];
    });

    afterAll(() => service.stop());

    it('hash to what the API says', async () => {
      expect(stored.length).toBeGreaterThanOrEqual(6);
      const { body } = await service.operator.in('*').get('/audit?limit=500').expect(200);
      const shown = new Map(
        body.data.map(({ id, integrity }: { id: string; integrity: { payloadHash: string } }) => [
          id,
          integrity.payloadHash,
        ]),
      );
      for (const { id, payload, payload_hash } of stored) {
        expect(payload_hash).toBe(sha256(payload));
        expect(shown.get(id)).toBe(payload_hash);
      }
    });

    it('are canonical JSON', () => {
      for (const { payload, content } of stored) {
        for (const text of [payload, content]) expect(text).toBe(sorted(JSON.parse(text)));
      }
    });

    it('commit to what they say of people, and do not hold it', () => {
      for (const { payload, salt, content } of stored) {
        expect(JSON.parse(payload).pii).toBe(sha256(salt + content));
        expect(salt).toMatch(/^[0-9a-f]{64}$/);
        for (const personal of ['Wörker', '127.0.0.1', 'café']) expect(payload).not.toContain(personal);
      }
      expect(new Set(stored.map(({ salt }) => salt)).size).toBe(stored.length);
    });

    it.each([
      [`UPDATE latchkey_audit_events SET action = 'x'`],
      [`UPDATE latchkey_audit_events SET payload = payload`],
      [`DELETE FROM latchkey_audit_events`],
      [`DELETE FROM latchkey_audit_events WHERE id = (SELECT MIN(id) FROM latchkey_audit_events)`],
      [`UPDATE latchkey_audit_further_targets SET target_id = 'x'`],
      [`DELETE FROM latchkey_audit_further_targets`],
      ...(kind === 'postgres'
        ? [
            [`TRUNCATE latchkey_audit_further_targets`],
            [`TRUNCATE latchkey_audit_events`],
            [`TRUNCATE latchkey_audit_events CASCADE`],
            [
              `INSERT INTO latchkey_audit_events SELECT * FROM latchkey_audit_events
                ON CONFLICT (id) DO UPDATE SET action = 'x'`,
            ],
          ]
        : [
            [`REPLACE INTO latchkey_audit_further_targets SELECT * FROM latchkey_audit_further_targets`],
            [`INSERT OR REPLACE INTO latchkey_audit_events SELECT * FROM latchkey_audit_events`],
            [`REPLACE INTO latchkey_audit_events SELECT * FROM latchkey_audit_events`],
          ]),
    ])('cannot be changed: %s', async (statement) => {
      await withSql(service.store, async (query) => {
        const rows = async () => [
          ...(await query('SELECT * FROM latchkey_audit_events ORDER BY id')),
          ...(await query('SELECT * FROM latchkey_audit_further_targets ORDER BY event_id')),
        ];
        const before = await rows();
        await expect(query(statement)).rejects.toThrow('latchkey: audit records cannot be changed');
        expect(await rows()).toEqual(before);
      });
    });
  });
});

/** Canonical JSON by another road: JSON.stringify of a copy whose members were put in order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
