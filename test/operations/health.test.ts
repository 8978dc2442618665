import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';
import { breakStore } from '../support/broken-store.js';

describe('GET /health', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    it('200: live and ready, without a credential', async () => {
      for (const path of ['//health/live', '//health/ready']) {
        const { body, headers } = await service.anonymous.get(path).expect(200);
        expect(body).toEqual({ status: 'ok' });
        expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      }
    });

    it('503: not ready while the store cannot be read, though live; ready again when it can', async () => {
      const repair = await breakStore(service.store);

      const { text } = await service.anonymous.get('//health/ready').expect(503, 'store.unavailable');
      await service.anonymous.get('//health/live').expect(200);
      await repair();

      expect(text).not.toMatch(/SQLITE|database "|latchkey_/);
      await service.anonymous.get('//health/ready').expect(200);
    });
  });
});
