import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createWorkspace,
  startService,
  uniqueName,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import type { Client } from '../support/client.js';
import { forEachStore } from '../support/stores.js';

const NOWHERE = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';

/** One thing that is put right, and what is refused next. */
type Step = [putRight: Partial<Wrong>, status: number, code: string];

interface Wrong {
  client: Client;
  id: string;
  body: object;
  ifMatch: string | undefined;
}

describe('a request with which everything is wrong', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let target: KeyFixture;
    let taken: string;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      target = await workspace.keyWith('apikeys:view');
      taken = uniqueName('Taken');
      await workspace.operator.post('/apikey', { keyName: taken, permissions: ['*'] }).expect(201);
    });

    afterAll(() => service.stop());

    const climb = async (method: string, path: string, start: Wrong, steps: Step[]): Promise<void> => {
      let wrong = start;
      for (const [putRight, status, code] of steps) {
        wrong = { ...wrong, ...putRight };
        const { client, id, body, ifMatch } = wrong;
        const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
        const answer = await client.send(method, path.replace(':id', id), { body, headers });
        expect({ putRight, status: answer.status, code: answer.body.code }).toEqual({ putRight, status, code });
      }
    };

    it.each(['PATCH', 'PUT'])('%s /apikey/:id: is refused in order', async (method) => {
      const start = { client: service.anonymous, id: NOWHERE, body: { keyName: 7 }, ifMatch: 'none' };
      const updater = (await workspace.keyWith('apikeys:update')).client;
      const stronger = { keyName: taken, permissions: ['auditLogs:view'] };
      await climb(method, '/apikey/:id', start, [
        [{}, 401, 'auth.unauthenticated'],
        [{ client: (await workspace.keyWith('roles:view')).client }, 403, 'auth.permission_denied'],
        [{ client: service.operator }, 412, 'workspace.required'],
        [{ client: updater }, 400, 'request.invalid'],
        [{ body: { keyName: taken, permissions: ['none:such'] } }, 400, 'request.invalid'],
        [{ ifMatch: '"9"' }, 404, 'apikey.not_found'],
        [{ id: target.id }, 412, 'apikey.version_mismatch'],
        [{ ifMatch: '"1"' }, 400, 'permission.unknown'],
        [{ body: stronger }, 403, 'auth.escalation'],
        [{ client: workspace.operator }, 409, 'apikey.conflict'],
      ]);
    });

    it('DELETE /apikey/:id: is refused in order', async () => {
      const start = { client: service.anonymous, id: `${NOWHERE}?reason=`, body: {}, ifMatch: '9' };
      await climb('DELETE', '/apikey/:id', start, [
        [{}, 401, 'auth.unauthenticated'],
        [{ client: (await workspace.keyWith('roles:view')).client }, 403, 'auth.permission_denied'],
        [{ client: service.operator }, 412, 'workspace.required'],
        [{ client: workspace.operator }, 400, 'request.invalid'],
        [{ id: NOWHERE }, 400, 'request.invalid'],
        [{ ifMatch: '"9"' }, 404, 'apikey.not_found'],
        [{ id: target.id }, 412, 'apikey.version_mismatch'],
      ]);
    });

    it('400: a malformed command in a workspace that does not exist, which is on the trail; then 404', async () => {
      const nowhere = service.operator.in(NOWHERE);
      const { body: malformed } = await nowhere.post('/apikey', { keyName: 7 }).expect(400, 'request.invalid');
      const wellFormed = { keyName: uniqueName('Key'), permissions: ['apikeys:view'] };
      await nowhere.post('/apikey', wellFormed).expect(404, 'workspace.not_found');
      const { body: read } = await nowhere.get('/apikey?limit=none').expect(400, 'request.invalid');

      const { body } = await service.operator.in('*').get('/audit?action=request.failed').expect(200);
      const { data } = body as { data: { statusCode: number; request: { id: string } }[] };
      const refused = data.filter(({ statusCode }) => statusCode === 400).map(({ request }) => request.id);
      expect(refused).toContain(malformed.requestId);
      expect(refused).not.toContain(read.requestId);
    });

    it.each([
      ['POST', '/apikey', { keyName: 7 }, (name: string) => ({ keyName: name })],
      ['POST', '/role', { name: 7 }, (name: string) => ({ name })],
      ['PUT', `/member/${uniqueName('m').replaceAll(' ', '')}`, { roles: 7 }, () => ({})],
    ] as const)('%s %s: a body that is malformed before an escalation', async (method, path, malformed, named) => {
      const { client } = await workspace.keyWith('apikeys:create', 'roles:manage', 'members:manage');
      const start = { client: service.anonymous, id: '', body: malformed, ifMatch: undefined };
      await climb(method, path, start, [
        [{}, 401, 'auth.unauthenticated'],
        [{ client: target.client }, 403, 'auth.permission_denied'],
        [{ client: service.operator }, 412, 'workspace.required'],
        [{ client }, 400, 'request.invalid'],
        [{ body: { ...named(taken), permissions: ['none:such'] } }, 400, 'permission.unknown'],
        [{ body: { ...named(taken), permissions: ['*'] } }, 403, 'auth.escalation'],
      ]);
    });
  });
});
