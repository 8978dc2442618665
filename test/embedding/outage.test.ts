import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { AnyCaller, ApiKeyGuard, PermissionGuard } from '../../src/index.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host } from './host.js';

@Controller('orders')
class OrdersController {
  @Get()
  @UseGuards(ApiKeyGuard, PermissionGuard)
  @AnyCaller()
  list(): string[] {
    return [];
  }

  @Get('anybody')
  anybody(): string[] {
    return [];
  }
}

describe('a host whose keys cannot be read', () => {
  forEachStore((kind) => {
    let host: Host;

    beforeEach(async () => {
      host = await startHost(kind, { latchkey: { cacheSize: 0 }, controllers: [OrdersController] });
    });

    afterEach(() => host.stop());

    it('503: no key is let in that cannot be checked, and the answer says when to come again', async () => {
      const { header } = await host.createKey(['apikeys:view']);
      await withSql(host.store, (query) => query('ALTER TABLE latchkey_api_keys RENAME TO elsewhere'));

      const { status, headers, body } = await host.get('/orders', header);
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'store.unavailable' });
      expect(headers.get('retry-after')).toBe('1');
      expect((await host.get('/orders/anybody')).status).toBe(200);

      await withSql(host.store, (query) => query('ALTER TABLE elsewhere RENAME TO latchkey_api_keys'));
      expect((await host.get('/orders', header)).status).toBe(200);
    });
  });
});
