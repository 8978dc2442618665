import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DataSource } from 'typeorm';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

interface Stored {
  id: string;
  payload: string;
  payload_hash: string;
  salt: string;
  content: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('docs/audit.md', () => {
  let page: string;

  beforeAll(async () => {
    page = await readFile('docs/audit.md', 'utf8');
  });

  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      const key = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${key.id}?reason=Über%20Bord`).expect(200);
    });

    afterAll(() => service.stop());

    const query = <Row>(sql: string): Promise<Row[]> => service.app.get(DataSource).query(sql);

    it('shows a record with the fields that records have', async () => {
      const [, json = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
      const shown = JSON.parse(json);
      const { data } = (await workspace.operator.get('/audit?action=apikey.deleted').expect(200)).body;
      for (const part of ['', 'actor', 'request', 'integrity']) {
        const [documented, real] = [shown, data[0]].map((record) => Object.keys(part ? record[part] : record).sort());
        expect([part, documented]).toEqual([part, real]);
      }
    });

    it('names what the payload and the erasable content have', async () => {
      const [, payloadCell = '', contentCell = ''] = /^\| (`v` .*?) +\| (.*?) +\|$/m.exec(page) ?? [];
      const fieldsOf = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort();
      const [row] = await query<Stored>(
        `SELECT payload, content FROM latchkey_audit_events JOIN latchkey_audit_pii ON event_id = id
         WHERE action = 'apikey.deleted'`,
      );
      const payload = JSON.parse(row!.payload);
      const nested = [payload.actor, payload.targets[0], payload.request].flatMap((part) =>
        Object.keys(part as object),
      );
      expect(fieldsOf(payloadCell)).toEqual([...Object.keys(payload), ...nested].sort());
      expect(fieldsOf(contentCell)).toEqual(Object.keys(JSON.parse(row!.content)).sort());
    });

    it('tells how to check the payload hash and the commitment', async () => {
      const rows = await query<Stored>(
        'SELECT id, payload, payload_hash, salt, content FROM latchkey_audit_events JOIN latchkey_audit_pii ON event_id = id',
      );
      expect(rows.length).toBeGreaterThanOrEqual(3);
      for (const { payload, payload_hash, salt, content } of rows) {
        expect(sha256(payload)).toBe(payload_hash);
        expect(sha256(salt + content)).toBe(JSON.parse(payload).pii);
      }
      if (kind === 'sqlite') return;
      const [, sql = ''] = /```sql\n(.*?)```/s.exec(page) ?? [];
      const checked = await query<object>(sql);
      expect(checked).toHaveLength(rows.length);
      for (const row of checked) expect(row).toMatchObject({ payload_intact: true, content_intact: true });
    });
  });
});
