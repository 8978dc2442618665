import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LATCHKEY_MIGRATIONS } from '../../src/database/migrations/index.js';
import { forEachStore } from '../support/stores.js';
import { openStore, type OpenedStore } from './opened-store.js';

describe('the schema', () => {
  forEachStore((kind) => {
    let opened: OpenedStore;

    beforeEach(async () => {
      opened = await openStore(kind);
    });

    afterEach(() => opened.close());

    const missing = async () =>
      (await opened.host.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);

    it('is the same in the entities and after the migrations', async () => {
      expect(await missing()).toEqual([]);
    });

    it('goes with its migrations, and comes back with them', async () => {
      const names = opened.host.entityMetadatas.map(({ tableName }) => tableName);
      const left = async () => {
        const runner = opened.host.createQueryRunner();
        const present = await Promise.all(names.map((name) => runner.hasTable(name)));
        await runner.release();
        return names.filter((_, at) => present[at]);
      };

      for (let undone = 0; undone < LATCHKEY_MIGRATIONS.length; undone += 1) await opened.host.undoLastMigration();
      expect(await left()).toEqual([]);
      await opened.host.runMigrations();

      expect(await left()).toEqual(names);
      expect(await missing()).toEqual([]);
    });

    it('refuses a change or the removal of an audit record', async () => {
      await opened.host.query(
        `INSERT INTO latchkey_audit_events (id, action, outcome, actor_id, occurred_date, payload, payload_hash)
         VALUES ('1', 'a', 'success', 'b', 'c', '{}', 'd')`,
      );
      const refusal = /audit records cannot be changed/;
      await expect(opened.host.query(`UPDATE latchkey_audit_events SET action = 'z'`)).rejects.toThrow(refusal);
      await expect(opened.host.query(`DELETE FROM latchkey_audit_events`)).rejects.toThrow(refusal);
      await opened.host.query(
        `INSERT INTO latchkey_audit_further_targets (event_id, target_id, outcome, occurred_date)
         VALUES ('1', 'e', 'success', 'c')`,
      );
      await expect(opened.host.query(`UPDATE latchkey_audit_further_targets SET target_id = 'z'`)).rejects.toThrow(
        refusal,
      );
      await expect(opened.host.query(`DELETE FROM latchkey_audit_further_targets`)).rejects.toThrow(refusal);
    });
  });
});
