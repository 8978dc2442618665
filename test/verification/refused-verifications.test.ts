import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { Body, Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { withTrailRefused } from '../support/refused-trail.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const DAY_MS = 86_400_000;

describe('A key that is refused where keys are verified', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let caller: Client;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      caller = (await workspace.keyWith('apikeys:verify')).client;
    });

    afterAll(() => service.stop());

    const verify = async (apiKey: string, ip?: string, by = caller): Promise<string> =>
      (await by.post('/verify', { apiKey, ip }).expect(200)).body.code;
    const attemptsWith = async (keyId: string): Promise<Body[]> =>
      (await workspace.operator.get(`/audit?targetId=${keyId}&action=auth.failed`).expect(200)).body.data;
    const ipsOf = (records: readonly Body[]): string[] => records.map(({ changes }) => changes[0]?.after ?? null);

    it('is on its trail with the first attempt of each client and day, whoever verifies', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      for (const ip of ['192.0.2.7', '192.0.2.8', '198.51.100.7', undefined, undefined]) {
        expect(await verify(key.secret, ip)).toBe('deleted');
      }
      const [latest, ...others] = await attemptsWith(key.id);
      expect(ipsOf([latest, ...others])).toEqual([null, '198.51.100.7', '192.0.2.7']);
      expect(latest).toMatchObject({
        workspaceId: workspace.id,
        outcome: 'denied',
        reason: 'deleted',
        actor: { type: 'anonymous' },
        targets: [{ type: 'apikey', id: key.id }],
      });

      // To those of another workspace, the key does not exist.
      const stranger = (await (await createWorkspace(service)).keyWith('apikeys:verify')).client;
      expect(await verify(key.secret, '203.0.113.7', stranger)).toBe('not_found');
      await eventually('the attempt from elsewhere is recorded', async () =>
        ipsOf(await attemptsWith(key.id)).includes('203.0.113.7'),
      );

      await service.app.get(KeyVerifier, { strict: false }).verify(key.secret, { ip: '203.0.114.7' });
      expect(ipsOf(await attemptsWith(key.id))[0]).toBe('203.0.114.7');

      service.advance(DAY_MS);
      await verify(key.secret, '192.0.2.7');
      expect(ipsOf(await attemptsWith(key.id)).slice(0, 2)).toEqual(['192.0.2.7', '203.0.114.7']);
    });

    it('is answered also where the trail cannot be written; the next attempt is the first', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await withTrailRefused(service, async () => {
        expect(await verify(key.secret, '192.0.2.7')).toBe('deleted');
      });
      expect(await attemptsWith(key.id)).toEqual([]);
      expect(await verify(key.secret, '192.0.2.7')).toBe('deleted');
      expect(ipsOf(await attemptsWith(key.id))).toEqual(['192.0.2.7']);
    });

    it('is recorded for what is disabled, expired, orphaned, or used from elsewhere, and for nothing that is not known', async () => {
      const { operator } = workspace;
      await operator.put('/member/ann', { roles: ['auditor'], permissions: ['apikeys:view'] }).expect(200);
      const create = async (body: Body): Promise<Body> =>
        (await operator.post('/apikey', { permissions: ['apikeys:view'], ...body }).expect(201)).body;
      const disabled = await create({ keyName: 'Disabled' });
      const expired = await create({ keyName: 'Expired', expiresInSeconds: 60 });
      const orphaned = await create({ keyName: 'Orphaned', owner: 'ann' });
      const bound = await create({ keyName: 'Bound', allowedIps: ['192.0.2.1'] });
      await operator.patch(`/apikey/${disabled.id}`, { enabled: false }).expect(200);
      await operator.delete('/member/ann').expect(200);
      service.advance(61_000);
      for (const [key, reason] of [
        [disabled, 'disabled'],
        [expired, 'expired'],
        [orphaned, 'orphaned'],
        [bound, 'ip_not_allowed'],
      ] as const) {
        await verify(key.apiKey, '192.0.2.9');
        await verify(key.apiKey, '192.0.2.9');
        expect((await attemptsWith(key.id)).map((record) => record.reason)).toEqual([reason]);
      }
      const all = async (): Promise<Body[]> => (await operator.get('/audit?action=auth.failed').expect(200)).body.data;
      const before = await all();
      await verify('no key at all', '192.0.2.9');
      expect(await all()).toEqual(before);
    });
  });
});
