import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Canary } from '../../server/src/canary/canary.service.js';
import { lead } from '../../server/src/serving/lifecycle.js';
import { readEnvironment } from '../../server/src/config/environment.js';
import { Revocations } from '../../src/revocation/revocations.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/metrics.js';
import { startInstance, startService, type RunningService } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const ON = { LATCHKEY_CANARY: 'on' };

describe('LATCHKEY_CANARY=on', () => {
  const services: RunningService[] = [];

  afterEach(async () => {
    for (const service of services.splice(0).reverse()) await service.stop();
  });

  const start = async (starting: Promise<RunningService>): Promise<RunningService> => {
    const service = await starting;
    services.push(service);
    return service;
  };

  const run = (service: RunningService): Promise<void> => service.app.get(Canary, { strict: false }).run();

  const found = async (service: RunningService) => {
    const metrics = await scrape(service.anonymous);
    const [seconds] = metrics.all('latchkey_canary_seconds_to_refusal').map(({ value }) => value);
    return {
      seconds,
      runs: metrics.value('latchkey_canary_runs_total'),
      failures: metrics.value('latchkey_canary_failures_total'),
    };
  };

  forEachStore((kind) => {
    it('measures how long a deletion takes until it is refused', async () => {
      const service = await start(startService(kind, ON));
      expect(await found(service)).toEqual({ seconds: undefined, runs: 0, failures: 0 });

      await run(service);
      const beginning = performance.now();
      await run(service);
      const lasted = (performance.now() - beginning) / 1000;

      const { seconds, ...counts } = await found(service);
      expect(counts).toEqual({ runs: 2, failures: 0 });
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(lasted);
    });

    it('leaves no key, and records what it does in a workspace of its own', async () => {
      const service = await start(startService(kind, ON));

      await run(service);
      await run(service);

      const { body: workspaces } = await service.operator.get('/workspace').expect(200);
      expect(workspaces).toMatchObject([{ name: 'Latchkey canary' }]);
      const inside = service.operator.in(String(workspaces[0].id));
      expect((await inside.get('/apikey').expect(200)).body).toEqual([]);
      const { body: trail } = await inside.get('/audit').expect(200);
      const told = trail.data.map((record: { action: string; actor: object }) => [record.action, record.actor]);
      const actor = expect.objectContaining({ type: 'system', display: 'canary' });
      expect(told).toEqual([
        ['apikey.deleted', actor],
        ['apikey.created', actor],
        ['apikey.deleted', actor],
        ['apikey.created', actor],
        ['workspace.created', actor],
      ]);
    });

    it('runs as soon as the service serves', async () => {
      const service = await start(startService(kind, ON));

      lead(service, readEnvironment(ON));

      await eventually('it has run', async () => ((await found(service)).runs === 1 ? true : undefined));
    });

    it('is not there without being asked for', async () => {
      const service = await start(startService(kind));

      const metrics = await scrape(service.anonymous);

      expect(metrics.all('latchkey_canary_runs_total')).toEqual([]);
      lead(service, readEnvironment({}));
    });
  });

  it('tells nobody a secret or a hash', async () => {
    const here = await start(startService('postgres', ON));
    // Alone, it would tell nobody what it deletes.
    await start(startInstance(here));
    const listener = new pg.Client(here.store.url);
    await listener.connect();
    const heard: string[] = [];
    listener.on('notification', ({ payload = '' }) => heard.push(payload));
    await listener.query('LISTEN latchkey_revocations');

    await run(here);

    // Whatever was sent before this statement is heard before its end.
    await listener.query('SELECT 1');
    await listener.end();
    const [deleted] = await withSql(here.store, (query) =>
      query("SELECT key_id, hash FROM latchkey_deleted_keys WHERE hash NOT LIKE '%.decoy%'"),
    );
    expect(heard).toHaveLength(3);
    for (const message of heard) expect(message).toContain(deleted?.['key_id']);
    expect(heard.join()).not.toContain(deleted?.['hash']);
    expect(heard.join()).not.toContain('lk_');
  });

  it('has every instance remember the key, and finds the one that goes on accepting it', async () => {
    const here = await start(startService('postgres', ON));
    const there = await start(startInstance(here));
    // It acknowledges, and forgets nothing.
    Object.assign(there.app.get(Revocations, { strict: false }), { evict: () => undefined });

    await run(here);

    expect(await found(here)).toEqual({ seconds: undefined, runs: 1, failures: 1 });
  });

  it('is undecided while an instance does not answer', async () => {
    // It has to hold its lease until then.
    const lease = { LATCHKEY_LEASE_MS: '3000' };
    const here = await start(startService('postgres', { ...ON, ...lease }));
    const there = await start(startInstance(here, lease));
    there.app.get(Revocations, { strict: false }).onInspection(() => new Promise(() => undefined));

    await run(here);

    expect(await found(here)).toEqual({ seconds: undefined, runs: 0, failures: 0 });
  });

  it('counts on nobody whose lease has run out', async () => {
    const here = await start(startService('postgres', ON));
    const killed = `INSERT INTO latchkey_instances (id, renewals, lease_ms, started_date)
      VALUES ('0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11', 7, 500, '2030-01-31T12:00:00.000Z')`;
    await withSql(here.store, (query) => query(killed));

    await run(here);

    expect(await found(here)).toMatchObject({ runs: 1, failures: 0 });
  });

  it('finds this instance if it goes on accepting it', async () => {
    const here = await start(startService('sqlite', ON));
    Object.assign(here.app.get(Revocations, { strict: false }), { evict: () => undefined });

    await run(here);

    expect(await found(here)).toEqual({ seconds: undefined, runs: 1, failures: 1 });
  });
});
