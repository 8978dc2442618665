import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import { queue, type Call } from '../support/queue.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';

/** Stops a command when all is done but its record on the trail. */
const AT_THE_END = 'LOCK TABLE latchkey_audit_events IN EXCLUSIVE MODE';

describe('A change of somebody who makes keys all the time', () => {
  let provider: IdentityProviderFixture;
  let service: RunningService;

  beforeAll(async () => {
    provider = await IdentityProviderFixture.start();
    service = await startService('postgres', provider.variables);
  });

  afterAll(async () => {
    await service.stop();
    await provider.stop();
  });

  const making =
    (client: Client): Call =>
    () =>
      client.post('/apikey', { keyName: uniqueName('Key'), permissions: ['roles:view'] });

  /** How a key was made that was asked for before the change, the change, and a key that was asked for after it. */
  const around = async (client: Client, change: Call) => {
    const answers = await queue(service, AT_THE_END, [making(client), change, making(client)]);
    return answers.map(({ status, body }) => body?.code ?? status);
  };

  it('comes before the keys that are asked for after it: the key is deleted', async () => {
    const workspace = await createWorkspace(service);
    const { id, client } = await workspace.keyWith('apikeys:create', 'roles:view');
    expect(await around(client, () => workspace.operator.delete(`/apikey/${id}`))).toEqual([
      201,
      200,
      'auth.unauthenticated',
    ]);
  });

  it('… the key is disabled', async () => {
    const workspace = await createWorkspace(service);
    const { id, client } = await workspace.keyWith('apikeys:create', 'roles:view');
    const disable = () => workspace.operator.patch(`/apikey/${id}`, { enabled: false });
    expect(await around(client, disable)).toEqual([201, 200, 'auth.unauthenticated']);
  });

  it('… its role is narrowed', async () => {
    const { operator } = await createWorkspace(service);
    const role = { name: 'Maker', permissions: ['apikeys:create', 'roles:view'] };
    const { id } = (await operator.post('/role', role).expect(201)).body;
    const { apiKey } = (await operator.post('/apikey', { keyName: 'Maker', roles: [id] }).expect(201)).body;
    const narrow = () => operator.put(`/role/${id}`, { ...role, permissions: ['apikeys:create'] });
    expect(await around(service.anonymous.as(apiKey), narrow)).toEqual([201, 200, 'auth.escalation']);
  });

  it('… the person is removed', async () => {
    const { id, operator } = await createWorkspace(service);
    await operator.put('/member/ann', { permissions: ['apikeys:create', 'roles:view'] }).expect(200);
    const ann = service.anonymous.as(await provider.token('ann')).in(id);
    expect(await around(ann, () => operator.delete('/member/ann'))).toEqual([201, 200, 'auth.unauthenticated']);
  });
});
