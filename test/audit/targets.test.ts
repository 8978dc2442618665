import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditService } from '../../src/audit/audit.service.js';
import { Principal } from '../../src/identity/principal.js';
import { newId } from '../../src/kernel/ids.js';
import type { Client } from '../support/client.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

interface AuditRecord {
  id: string;
  action: string;
  occurredDate: string;
}

const MOST_TARGETS = 50;

describe('targetId, of records with several targets', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let everything: Client;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      everything = service.operator.in('*');
    });

    afterAll(() => service.stop());

    const record = (action: string, ids: readonly string[], workspaceId: string | null = workspace.id) =>
      service.app.get(AuditService, { strict: false }).record(Principal.system('importer', workspaceId), {
        action,
        targets: ids.map((id) => ({ type: 'order', id })),
      });

    const found = async (client: Client, query: string): Promise<string[]> =>
      (await client.get(`/audit?${query}`).expect(200)).body.data.map(({ id }: AuditRecord) => id);

    const exported = async (client: Client, query: string): Promise<string[]> => {
      const { text } = await client.get(`/audit/export?${query}`).expect(200);
      const lines = text.split('\n').slice(0, -1);
      return lines.map((line) => (JSON.parse(line) as AuditRecord).id);
    };

    it('200: each of them finds the record, in the workspace and in all, listed and exported', async () => {
      const ids = [newId(), newId().toUpperCase(), 'Order 7', ...Array.from({ length: MOST_TARGETS - 3 }, newId)];
      const id = await record('orders.merged', ids);
      for (const target of ids) {
        const query = `targetId=${encodeURIComponent(target)}`;
        for (const client of [workspace.operator, everything]) {
          expect(await found(client, query)).toEqual([id]);
        }
      }
      expect(await exported(workspace.operator, `targetId=${ids[1]}`)).toEqual([id]);
      expect(await exported(everything, `targetId=${ids.at(-1)}`)).toEqual([id]);
    });

    it('200: a UUID in any case, any other id only as it is written', async () => {
      const [first, second] = [newId(), newId()];
      const id = await record('orders.merged', [first.toUpperCase(), second.toUpperCase(), 'Café']);
      for (const target of [first, second, second.toUpperCase(), 'Caf%C3%A9']) {
        expect(await found(workspace.operator, `targetId=${target}`)).toEqual([id]);
      }
      expect(await found(workspace.operator, 'targetId=caf%C3%A9')).toEqual([]);
    });

    it('200: a record that names one target twice is found once', async () => {
      const [first, second] = [newId(), newId()];
      const id = await record('orders.merged', [first, second, first.toUpperCase(), second]);
      for (const target of [first, second]) expect(await found(workspace.operator, `targetId=${target}`)).toEqual([id]);
    });

    it('200: not in another workspace, and by the operator also where it is in none', async () => {
      const [target, first] = [newId(), newId()];
      const nowhere = await record('orders.merged', [first, target], null);
      const other = await createWorkspace(service);
      const elsewhere = await record('orders.merged', [first, target], other.id);
      expect(await found(workspace.operator, `targetId=${target}`)).toEqual([]);
      expect(await found(other.operator, `targetId=${target}`)).toEqual([elsewhere]);
      expect(await found(everything, `targetId=${target}`)).toEqual([elsewhere, nowhere]);
    });

    it('200: first or not, newest first, page by page, with each other filter', async () => {
      const target = newId();
      const ids: string[] = [];
      for (let at = 0; at < 9; at += 1) {
        const targets = at % 2 === 0 ? [target] : [newId(), target];
        ids.unshift(await record(at % 3 === 0 ? 'orders.merged' : 'orders.split', targets));
        service.advance(1000);
      }
      const seen: string[] = [];
      let cursor = '';
      do {
        const { body } = await workspace.operator.get(`/audit?targetId=${target}&limit=2${cursor}`).expect(200);
        seen.push(...body.data.map(({ id }: AuditRecord) => id));
        cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
      } while (cursor !== '');
      expect(seen).toEqual(ids);
      const merged = ids.filter((_, at) => at % 3 === 2);
      expect(await found(workspace.operator, `targetId=${target}&action=orders.merged`)).toEqual(merged);
      expect(await found(workspace.operator, `targetId=${target}&actorId=system&outcome=success`)).toEqual(ids);
      expect(await found(workspace.operator, `targetId=${target}&outcome=denied`)).toEqual([]);
      const { occurredDate } = (await workspace.operator.get(`/audit/${ids[5]}`).expect(200)).body;
      expect(await found(workspace.operator, `targetId=${target}&from=${occurredDate}`)).toEqual(ids.slice(0, 6));
      expect(await found(workspace.operator, `targetId=${target}&to=${occurredDate}`)).toEqual(ids.slice(6));
      expect(await exported(workspace.operator, `targetId=${target}&action=orders.merged`)).toEqual(merged.reverse());
    });

    it('200: what a deleted key was used for is found by the key, and by what it was aimed at', async () => {
      const [dead, aim] = [await workspace.keyWith('apikeys:delete'), await workspace.keyWith('apikeys:view')];
      await workspace.operator.delete(`/apikey/${dead.id}`).expect(200);
      await dead.client.delete(`/apikey/${aim.id.toUpperCase()}`).expect(401);
      for (const target of [dead.id, aim.id]) {
        expect(await found(workspace.operator, `targetId=${target}&action=auth.failed`)).toHaveLength(1);
      }
    });
  });
});
