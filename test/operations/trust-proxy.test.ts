import { describe, expect, it } from '@jest/globals';
import { createWorkspace, startService } from '../support/service.js';

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
});
