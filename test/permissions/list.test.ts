import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('GET /api/v1/permission', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    it('200: the catalogue, for any caller, in any workspace or none', async () => {
      const { client } = await (await createWorkspace(service)).keyWith('auditLogs:export');
      const { body } = await client.get('/permission').expect(200);
      const grantable = Object.fromEntries(
        body.map((permission: { name: string; grantable: boolean }) => [permission.name, permission.grantable]),
      );
      expect(grantable).toEqual({
        'apikeys:create': true,
        'apikeys:view': true,
        'apikeys:update': true,
        'apikeys:delete': true,
        'apikeys:verify': true,
        'auditLogs:view': true,
        'auditLogs:export': true,
        'roles:view': true,
        'roles:manage': true,
        'members:view': true,
        'members:manage': true,
        'permissions:manage': true,
        'workspaces:view': false,
        'workspaces:manage': false,
      });
      expect((await service.operator.get('/permission').expect(200)).body).toEqual(body);
    });

    it('401: without a key', async () => {
      await service.anonymous.get('/permission').expect(401, 'auth.unauthenticated');
    });
  });
});
