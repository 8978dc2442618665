import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('GET /api/v1/workspace', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    it('200: none at first; then all, by name, in pages', async () => {
      const none = await service.operator.get('/workspace').expect(200);
      expect(none.body).toEqual([]);
      expect(none.headers.get('x-total-count')).toBe('0');
      const created = [];
      for (const name of ['b', 'c', 'a'])
        created.push((await service.operator.post('/workspace', { name }).expect(201)).body);
      const [b, c, a] = created;
      expect((await service.operator.get('/workspace').expect(200)).body).toEqual([a, b, c]);
      const { body, headers } = await service.operator.get('/workspace?page=2&limit=2').expect(200);
      expect(body).toEqual({ total: 3, data: [c] });
      expect(headers.get('x-total-count')).toBe('3');
      expect(headers.get('link')).toBe(
        '</api/v1/workspace?page=1&limit=2>; rel="first", </api/v1/workspace?page=1&limit=2>; rel="prev", ' +
          '</api/v1/workspace?page=2&limit=2>; rel="last"',
      );
    });

    it('401: without a key, and 403: for every key, whatever it may do', async () => {
      await service.anonymous.get('/workspace').expect(401, 'auth.unauthenticated');
      const { client } = await (await createWorkspace(service)).keyWith('*');
      await client.get('/workspace').expect(403, 'auth.permission_denied');
    });
  });
});
