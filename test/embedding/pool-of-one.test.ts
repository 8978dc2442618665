import { afterEach, describe, expect, it } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KeyVerifier } from '../../src/index.js';
import type { Answer } from '../support/client.js';
import { OPERATOR_KEY, startHost, type Host } from './host.js';

const AT_ONCE = 6;

describe('a host whose pool has one connection', () => {
  let host: Host;

  afterEach(() => host.stop());

  const start = async (cacheSize: number): Promise<void> => {
    host = await startHost('postgres', {
      latchkey: { cacheSize },
      dataSources: (options) => [TypeOrmModule.forRoot({ ...options, extra: { max: 1 } })],
    });
  };

  it.each([0, 1000])('has every command carried out, many at a time; with %d keys in memory', async (cacheSize) => {
    await start(cacheSize);
    const all = await Promise.all(Array.from({ length: AT_ONCE }, (_, nth) => commands(host, `nr-${nth}`)));

    for (const statuses of all) expect(statuses).toEqual(EXPECTED);
  });
});

const EXPECTED = {
  workspace: [201, 200, 200],
  permission: [201, 200],
  role: [201, 200, 200, 200],
  member: [200, 200, 200, 200],
  key: [201, 200, 200, 200, 200, 404, 409],
  use: [true, true, false],
  refused: [401, 403, 404],
  trail: [200, 200, 200, 409],
  end: [200, 404],
};

/** Sends each command there is, of a workspace of its own, and some that are refused. @returns the statuses */
async function commands(host: Host, name: string): Promise<Record<keyof typeof EXPECTED, unknown[]>> {
  const operator = { authorization: OPERATOR_KEY };
  const created = await host.send(
    'POST',
    '/latchkey/workspace',
    { name: `Tenant ${name}`, externalId: `tenant-${name}` },
    operator,
  );
  if (created.status !== 201) throw new Error(created.text);
  const id = String(created.body.id);
  const inside = { ...operator, 'x-workspace-id': id };
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = inside) =>
    host.send(method, `/latchkey${path}`, body, headers);
  const workspace = [
    created,
    await send('PATCH', `/workspace/${id}`, { name: `${name} renamed`, quotas: { keys: 2 } }, operator),
    await send('GET', '/workspace', undefined, operator),
  ];

  const permission = [
    await send('POST', '/permission', { name: 'orders:refund', description: 'Refund' }),
    await send('GET', '/permission'),
  ];
  const madeRole = await send('POST', '/role', { name: 'Support', permissions: ['orders:refund'] });
  const roleId = String(madeRole.body.id);
  const put = { name: 'Support', permissions: ['orders:refund', 'apikeys:view'] };
  const role = [
    madeRole,
    await send('PUT', `/role/${roleId}?dryRun=true`, put),
    await send('PUT', `/role/${roleId}`, put),
    await send('GET', '/role'),
  ];
  const member = [
    await send('PUT', '/member/ann', { roles: ['admin'] }),
    await send('PUT', '/member/bob', { roles: ['admin', 'Support'] }),
    await send('DELETE', '/member/bob?dryRun=true'),
    await send('GET', '/member'),
  ];

  const limited = { rateLimit: { limit: 1, windowSeconds: 3600 }, owner: 'ann' };
  const madeKey = await send(
    'POST',
    '/apikey',
    { keyName: 'One', permissions: ['apikeys:view'], roles: ['Support'], ...limited },
    { ...inside, 'idempotency-key': `once-${name}` },
  );
  const { id: keyId, apiKey } = madeKey.body as { id: string; apiKey: string };
  const verifier = host.app.get(KeyVerifier, { strict: false });
  const verify = async (): Promise<boolean> => (await verifier.verify(apiKey)).valid;
  const first = await verify();
  const other = (await send('POST', '/apikey', { keyName: 'Two', permissions: ['apikeys:view'] })).body;
  const otherKey = { authorization: `Bearer ${other.apiKey}` };
  const second = (await verifier.verify(String(other.apiKey))).valid;
  const use = [first, second, await verify()];
  const typo = `${apiKey.slice(0, -1)}${apiKey.endsWith('x') ? 'y' : 'x'}`;
  const refused = [
    await send('GET', '/apikey', undefined, { authorization: `Bearer ${typo}` }),
    await send('POST', '/apikey', { keyName: 'No', permissions: ['*'] }, otherKey),
    await send('GET', `/apikey/${id}`, undefined, otherKey),
  ];
  const overQuota = await send('POST', '/apikey', { keyName: 'Three', permissions: ['apikeys:view'] });
  const key = [
    madeKey,
    await send('PATCH', `/apikey/${keyId}`, { enabled: false }),
    await send('PUT', `/apikey/${keyId}`, { keyName: 'One', permissions: ['apikeys:view'] }),
    await send('GET', '/apikey'),
    await send('DELETE', `/apikey/${keyId}`),
    await send('DELETE', `/apikey/${keyId}`),
    overQuota,
  ];
  const trail = [
    await send('GET', '/audit'),
    await send('GET', '/audit/export'),
    await send('DELETE', `/member/ann?keys=delete`),
    await send('DELETE', '/member/bob'),
  ];
  const end = [
    await send('DELETE', `/workspace/${id}`, undefined, operator),
    await send('DELETE', `/workspace/${id}`, undefined, operator),
  ];
  const statuses = (answers: Answer[]): number[] => answers.map(({ status }) => status);
  return {
    workspace: statuses(workspace),
    permission: statuses(permission),
    role: statuses(role),
    member: statuses(member),
    key: statuses(key),
    use,
    refused: statuses(refused),
    trail: statuses(trail),
    end: statuses(end),
  };
}
