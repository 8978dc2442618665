import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { newId } from '../../src/kernel/ids.js';
import { SYSTEM_TIME } from '../../src/kernel/time.js';
import { TableNames } from '../../src/database/table-names.js';
import { PostgresInstanceConnection } from '../../src/revocation/postgres/postgres-instance-connection.js';
import { appending, PostgresRevocationStore } from '../../src/revocation/postgres/postgres-revocation-store.js';
import { RevocationLog } from '../../src/revocation/revocation-log.js';
import { RevocationSweep } from '../../src/revocation/revocation-sweep.js';
import { eventually } from '../support/eventually.js';
import { openStore, type OpenedStore } from '../database/opened-store.js';

const TRANSACTIONS = 4;

describe('the log of revocations', () => {
  let opened: OpenedStore;
  let clients: pg.Client[];

  beforeEach(async () => {
    opened = await openStore('postgres');
    clients = Array.from({ length: TRANSACTIONS + 1 }, () => new pg.Client(opened.store.url));
    for (const client of clients) await client.connect();
  });

  afterEach(async () => {
    for (const client of clients) await client.end();
    await opened.close();
  });

  const reader = (leaseMs = 60_000) => {
    const client = clients[TRANSACTIONS] as pg.Client;
    const connection = new PostgresInstanceConnection(client, new TableNames('latchkey_'));
    return new RevocationLog((snapshot) => connection.readLog(snapshot), leaseMs, SYSTEM_TIME);
  };

  const keep = async (client: pg.Client) => {
    const id = newId();
    const keyId = newId();
    await client.query(appending({ id, eviction: [{ keyId }] }));
    return { id, keyId };
  };

  const keyIds = (read: Awaited<ReturnType<RevocationLog['read']>>) =>
    read
      .flatMap((eviction) => (eviction === 'everything' ? [] : eviction))
      .map((one) => ('keyId' in one ? one.keyId : ''));

  it('are read once each, and none before its commit or after the reading that follows it, in whatever order', async () => {
    const step = fc.oneof(
      fc.constant('read' as const),
      fc.record({ transaction: fc.nat(TRANSACTIONS - 1), ends: fc.constantFrom('COMMIT', 'ROLLBACK') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
        const revocations = reader();
        await revocations.read();
        const open = new Map<number, string>();
        let due: string[] = [];
        for (const now of steps) {
          if (now === 'read') {
            expect(keyIds(await revocations.read()).sort()).toEqual(due.sort());
            due = [];
            continue;
          }
          const client = clients[now.transaction] as pg.Client;
          const begun = open.get(now.transaction);
          if (begun === undefined) {
            await client.query('BEGIN');
            open.set(now.transaction, (await keep(client)).keyId);
            continue;
          }
          await client.query(now.ends);
          open.delete(now.transaction);
          if (now.ends === 'COMMIT') due.push(begun);
        }
        for (const transaction of open.keys()) await clients[transaction]?.query('ROLLBACK');
        expect(keyIds(await revocations.read()).sort()).toEqual(due.sort());
      }),
      { numRuns: 60 },
    );
  });

  it('that were heard of are not read again; what was there before the first reading never is', async () => {
    const [client] = clients as [pg.Client];
    await keep(client);
    const revocations = reader();
    expect(await revocations.read()).toEqual([]);

    const heard = await keep(client);
    const missed = await keep(client);
    revocations.hear(heard.id);

    expect(keyIds(await revocations.read())).toEqual([missed.keyId]);
    expect(await revocations.read()).toEqual([]);
  });

  it('are not read by who comes so late that some may be gone', async () => {
    const revocations = reader(0);
    await revocations.read();
    await expect(revocations.read()).rejects.toThrow('were not read for so long that some may be gone');
  });

  it('are swept away ten longest leases after their commit, and not while an older transaction may still commit one', async () => {
    const [client, late] = clients as [pg.Client, pg.Client];
    const sweep = new RevocationSweep(new PostgresRevocationStore(opened.database), SYSTEM_TIME);
    const left = async () => (await client.query('SELECT 1 FROM latchkey_revocations')).rowCount;
    await late.query('BEGIN');
    await keep(late);
    await keep(client);

    await sweep.run(60_000);
    await sweep.run(60_000);
    expect(await left()).toBe(1);
    await sweep.run(0);
    expect(await left()).toBe(1);

    await late.query('COMMIT');
    await sweep.run(0);
    expect(await left()).toBe(2);
    // Transactions of other databases on the server count too, and may be open yet.
    await eventually('swept', async () => {
      await sweep.run(0);
      return (await left()) === 0 || undefined;
    });
  });

  it('of another server, from whose dump the database was restored, are swept away at once, and no others', async () => {
    const [client, late] = clients as [pg.Client, pg.Client];
    await late.query('BEGIN');
    const uncommitted = await keep(late);
    const kept = await keep(client);
    const { rows } = await client.query<{ next: string }>('SELECT txid_snapshot_xmax(txid_current_snapshot()) AS next');
    const next = BigInt(rows[0]!.next);
    for (const xid of [next + 1_000_000n, 9_000_000_000_000_000_000n]) {
      await client.query(`INSERT INTO latchkey_revocations (xid, id, eviction) VALUES ($1, $2, '[]')`, [xid, `${xid}`]);
    }
    const left = async () =>
      (await client.query<{ id: string }>('SELECT id FROM latchkey_revocations')).rows.map(({ id }) => id);
    expect(await left()).toHaveLength(3);

    await new RevocationSweep(new PostgresRevocationStore(opened.database), SYSTEM_TIME).run(60_000);
    await late.query('COMMIT');

    expect((await left()).sort()).toEqual([kept.id, uncommitted.id].sort());
  });
});
