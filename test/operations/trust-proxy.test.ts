import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sendRaw } from '../support/raw-request.js';
import { createWorkspace, startService, uniqueName } from '../support/service.js';

describe('TRUST_PROXY', () => {
  it.each([
    ['false', '127.0.0.1'],
    ['1', '203.0.113.7'],
    ['2', '198.51.100.1'],
    ['127.0.0.0/8', '203.0.113.7'],
    ['127.0.0.1, 203.0.113.0/24', '198.51.100.1'],
    ['10.0.0.0/8', '127.0.0.1'],
  ])('%s: the caller’s address is %s', async (TRUST_PROXY, ip) => {
    const service = await startService('sqlite', { TRUST_PROXY });
    const workspace = await createWorkspace(service);
    const key = await workspace.keyWith('apikeys:view');

    await workspace.operator
      .delete(`/apikey/${key.id}`, { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' })
      .expect(200);

    const { body } = await workspace.operator.get(`/audit?targetId=${key.id}&action=apikey.deleted`).expect(200);
    expect(body.data[0].request.ip).toBe(ip);
    await service.stop();
  });

  it.each([
    ['1', ['198.51.100.1:1000', '"203.0.113.7:2000"'], '203.0.113.7'],
    ['2', ['198.51.100.1:1000', '"203.0.113.7:2000"'], '198.51.100.1'],
    ['127.0.0.1, 203.0.113.0/24', ['198.51.100.1:1000', '203.0.113.7:2000'], '198.51.100.1'],
    ['127.0.0.1, 2001:db8::/32', ['198.51.100.1:1000', '"[2001:db8::7]:2000"'], '198.51.100.1'],
    ['1', ['[::ffff:c633:6401]:1000'], '198.51.100.1'],
    ['127.0.0.1, 203.0.113.0/24', ['0:0:0:0:0:ffff:198.51.100.1', '::ffff:cb00:7107'], '198.51.100.1'],
    ['127.0.0.1, 203.0.113.0/24', ['198.51.100.1', 'unknown', '203.0.113.7:2000'], null],
    // What another reading of addresses takes for 203.0.113.7.
    ['127.0.0.1, 203.0.113.0/24', ['198.51.100.1', '0xcb007107'], null],
    ['127.0.0.1, 203.0.113.0/24', ['198.51.100.1', '"203.0.113.7'], null],
    ['1', ['198.51.100.1', 'unknown'], null],
  ])('%s: of %j the caller is %s', async (TRUST_PROXY, entries, ip) => {
    const service = await startService('sqlite', { TRUST_PROXY });
    const workspace = await createWorkspace(service);
    const key = await workspace.keyWith('apikeys:view');
    await workspace.operator.delete(`/apikey/${key.id}`, { 'x-forwarded-for': entries.join(', ') }).expect(200);
    const { body } = await workspace.operator.get(`/audit?targetId=${key.id}&action=apikey.deleted`).expect(200);
    expect(body.data[0].request.ip).toBe(ip);
    await service.stop();
  });

  it('sees what a proxy adds after hundreds of headers, and decides nothing where there may be more', async () => {
    const service = await startService('sqlite', { TRUST_PROXY: '1' });
    const workspace = await createWorkspace(service);
    const settings = { keyName: uniqueName('Key'), permissions: ['*'], allowedIps: ['127.0.0.0/8', '203.0.113.7'] };
    const { apiKey } = (await workspace.operator.post('/apikey', settings).expect(201)).body;
    const send = async (ip: string, before: number) => {
      const headers: [string, string][] = [
        ['Authorization', `Bearer ${apiKey}`],
        ...Array.from({ length: before }, (): [string, string] => ['x', '1']),
        ['X-Forwarded-For', ip],
      ];
      return (await sendRaw(service.url, { path: '/api/v1/me', headers })).status;
    };
    expect([await send('203.0.113.7', 900), await send('198.51.100.1', 900)]).toEqual([200, 401]);
    expect([await send('203.0.113.7', 1200), await send('198.51.100.1', 1200)]).toEqual([431, 431]);
    const { body } = await service.operator.in('*').get('/audit?action=auth.failed').expect(200);
    const addresses = body.data.map(({ request }: { request: { ip: string } }) => request.ip);
    expect(addresses).toEqual(['198.51.100.1']);
    await service.stop();
  });

  it.each(['1', '127.0.0.1'])('%s: what a caller writes does not change what the proxy adds', async (TRUST_PROXY) => {
    const service = await startService('sqlite', { TRUST_PROXY });
    const { operator } = await createWorkspace(service);
    const real = '203.0.113.77';
    const clientFrom = async (allowedIps: string[]) => {
      const fields = { keyName: uniqueName('Key'), permissions: ['*'], allowedIps };
      return service.anonymous.as((await operator.post('/apikey', fields).expect(201)).body.apiKey);
    };
    const here = await clientFrom([real]);
    const elsewhere = await clientFrom(['198.51.100.0/24', '127.0.0.1', '10.0.0.0/8']);
    const text = fc.string({ maxLength: 8 }).map((each) => each.replace(/[^ -~]/g, ''));
    const claim = fc.constantFrom(
      '198.51.100.1',
      '127.0.0.1',
      '10.0.0.1:80',
      '[::1]:80',
      '"',
      '"198.51.100.1',
      '[',
      ' ',
    );
    const claims = fc.array(fc.oneof(claim, text), { maxLength: 4 });
    const added = fc.constantFrom(real, `${real}:5000`, `"${real}:5000"`, `::ffff:${real}`);
    await fc.assert(
      fc.asyncProperty(claims, added, async (before, last) => {
        const headers = { 'x-forwarded-for': [...before, last].join(', ') };
        await here.get('/me', headers).expect(200);
        await elsewhere.get('/me', headers).expect(401);
      }),
      { numRuns: 40 },
    );
    await service.stop();
  });
});
