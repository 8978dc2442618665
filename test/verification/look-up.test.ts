import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FIND_KEYS, toParameters } from '../../src/api-keys/look-up/keys-by-hash.js';
import { generateKey, hashKey } from '../../src/kernel/keys/key-format.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import { createWorkspace, startInstance, startService, uniqueName, type RunningService } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const COUNT_DECOYS = `SELECT COUNT(*) AS count FROM latchkey_deleted_keys WHERE hash LIKE '%.decoy%'`;
const DELETE_DECOYS = `DELETE FROM latchkey_deleted_keys WHERE hash LIKE '%.decoy%'`;

type Secrets = Record<'unknown' | 'deleted' | 'disabled' | 'expired' | 'orphaned', string>;

interface Plan {
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

/** What a look-up does: pages and rows it looks at, and how. */
interface Work {
  pages: number;
  rows: Record<string, number>;
}

describe('The look-up of a key', () => {
  let provider: IdentityProviderFixture;
  let service: RunningService;

  beforeAll(async () => {
    provider = await IdentityProviderFixture.start();
  });

  afterAll(() => provider.stop());

  afterEach(() => service.stop());

  describe('on postgres', () => {
    let secrets: Secrets;

    beforeEach(async () => {
      service = await startService('postgres', provider.variables);
      secrets = await makeKeys(service, provider);
    });

    const works = async (...settings: string[]): Promise<Work[]> => {
      // What somebody's transaction may still have to see gets no hint that it is dead, and is looked at each time.
      await service.app.close();
      return withSql(service.store, async (query) => {
        const now = new Date(Date.now() + 120_000);
        // A row that was changed leaves its older version behind, and an index may lead to both.
        await query('VACUUM (INDEX_CLEANUP ON) latchkey_api_keys, latchkey_deleted_keys, latchkey_role_assignments');
        await query(`PREPARE find AS ${FIND_KEYS.sql}`);
        for (const setting of ['plan_cache_mode = force_generic_plan', ...settings]) await query(`SET ${setting}`);
        const others = Array.from({ length: 3 }, () => hashKey(generateKey('lk')));
        const found: Work[] = [];
        for (const secret of Object.values(secrets)) {
          const hashes = [hashKey(secret), ...others];
          const values = toParameters(hashes, now).map((each) => `'${each}'`);
          const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE find(${values.join(', ')})`;
          // The first leaves hints for those that come after.
          await query(explain);
          const [row] = await query(explain);
          const [{ Plan: plan }] = row!['QUERY PLAN'] as [{ Plan: Plan }];
          found.push({ pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], rows: rowsOf(plan) });
        }
        return found;
      });
    };

    it('does as much whatever became of the key: by its indexes', async () => {
      const [unknown, ...others] = await works('enable_seqscan = off');

      expect(Object.keys(unknown!.rows)).toContain('latchkey_api_keys by Index Scan');
      for (const other of others) expect(total(other)).toEqual(total(unknown!));
    });

    it('does as much whatever became of the key: by scans of small tables', async () => {
      await withSql(service.store, (query) => query('ANALYZE'));

      const [unknown, ...others] = await works();

      expect(Object.keys(unknown!.rows)).toContain('latchkey_api_keys by Seq Scan');
      for (const other of others) expect(total(other)).toEqual(total(unknown!));
    });
  });

  forEachStore((kind) => {
    it('tells what became of a key, and whose it was', async () => {
      service = await startService(kind, provider.variables);
      const secrets = await makeKeys(service, provider);
      service.advance(120_000);
      const verifier = service.app.get(KeyVerifier, { strict: false });

      for (const [state, secret] of Object.entries(secrets)) {
        const key = state === 'unknown' ? null : { name: expect.stringMatching(/^Key \d+$/) };
        expect(await verifier.verify(secret)).toMatchObject({ valid: false, reason: state, key });
      }
    });

    it('finds each of many that come together, and what is its own', async () => {
      service = await startService(kind, provider.variables);
      const secrets = await makeKeys(service, provider);
      const { id, operator } = await createWorkspace(service);
      const roles: string[] = [];
      for (const permissions of [['apikeys:view'], ['roles:view']]) {
        const { body } = await operator.post('/role', { name: uniqueName('Role'), permissions }).expect(201);
        roles.push(String(body.id));
      }
      const accepted: { secret: string; permissions: string[] }[] = [];
      for (let count = 0; count < 20; count += 1) {
        const permissions = count % 2 === 0 ? ['members:view'] : ['auditLogs:view'];
        const settings = { keyName: uniqueName('Key'), permissions, ...(count % 3 === 0 && { roles }) };
        const { body } = await operator.post('/apikey', settings).expect(201);
        accepted.push({ secret: String(body.apiKey), permissions: body.effectivePermissions as string[] });
      }
      service.advance(120_000);
      const verifier = service.app.get(KeyVerifier, { strict: false });
      const refused = [...Object.entries(secrets), ...Array.from({ length: 20 }, () => ['unknown', generateKey('lk')])];

      const [found, missed] = await Promise.all([
        Promise.all(accepted.map(async ({ secret }) => verifier.verify(secret))),
        Promise.all(refused.map(async ([, secret]) => verifier.verify(secret!))),
      ]);

      found.forEach((result, at) => {
        expect(result).toMatchObject({ valid: true, key: { workspaceId: id } });
        const { permissions } = accepted[at]!;
        expect(result.valid && [...result.key.permissions.grants].toSorted()).toEqual(permissions.toSorted());
      });
      expect(missed.map((result) => !result.valid && result.reason)).toEqual(refused.map(([state]) => state));
    });

    it('needs no decoys; a service that starts puts them back', async () => {
      service = await startService(kind);
      const count = async () => Number((await withSql(service.store, (query) => query(COUNT_DECOYS)))[0]!['count']);
      const made = await count();
      await withSql(service.store, (query) => query(DELETE_DECOYS));

      const verifier = service.app.get(KeyVerifier, { strict: false });
      expect(await verifier.verify(generateKey('lk'))).toEqual({ valid: false, reason: 'unknown', key: null });
      expect(await count()).toBe(0);

      await service.app.close();
      const again = await startInstance(service);
      expect(await count()).toBe(made);
      expect(made).toBe(128);
      await again.stop();
    });
  });
});

async function makeKeys(service: RunningService, provider: IdentityProviderFixture): Promise<Secrets> {
  const { id, operator } = await createWorkspace(service);
  const make = async (settings: object, by = operator) => {
    const name = uniqueName('Key');
    const { body } = await by.post('/apikey', { keyName: name, permissions: ['apikeys:view'], ...settings });
    return { secret: String(body.apiKey), path: `/apikey/${body.id}` };
  };
  const [deleted, disabled, expired] = [await make({}), await make({}), await make({ expiresInSeconds: 60 })];
  await operator.delete(deleted.path).expect(200);
  await operator.patch(disabled.path, { enabled: false }).expect(200);
  await operator.put('/member/ann', { roles: ['manager'] }).expect(200);
  const orphaned = await make({}, service.anonymous.as(await provider.token('ann')).in(id));
  await operator.delete('/member/ann').expect(200);
  return {
    unknown: generateKey('lk'),
    deleted: deleted.secret,
    disabled: disabled.secret,
    expired: expired.secret,
    orphaned: orphaned.secret,
  };
}

/** How many rows each kind of scan of each table looks at. */
function rowsOf(plan: Plan, rows: Record<string, number> = {}): Record<string, number> {
  const { 'Relation Name': table, 'Node Type': scan } = plan;
  if (table !== undefined) {
    const name = `${table} by ${scan}`;
    rows[name] = (rows[name] ?? 0) + plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0);
  }
  for (const part of plan.Plans ?? []) rowsOf(part, rows);
  return rows;
}

/** Of a row that an index finds, it is all one in which table it is. */
function total({ pages, rows }: Work): { pages: number; rows: number; scans: string[] } {
  const sum = Object.values(rows).reduce((all, some) => all + some, 0);
  return { pages, rows: sum, scans: Object.keys(rows).toSorted() };
}
