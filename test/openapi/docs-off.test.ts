import { expect, it } from '@jest/globals';
import { createService } from '../../server/src/app.setup.js';
import { readEnvironment } from '../../server/src/config/environment.js';
import { createStore } from '../support/stores.js';

it('LATCHKEY_DOCS=off: there is neither Swagger UI nor the document, and all else is there', async () => {
  const store = await createStore('sqlite');
  const environment = readEnvironment({ DATABASE_URL: store.url, LATCHKEY_DOCS: 'off', LOG_LEVEL: 'silent' });
  const { app } = await createService(environment);
  const statusOf = async (url: string) => (await app.inject({ url })).statusCode;
  for (const path of [
    '/',
    '/docs',
    '/docs/',
    '/docs/index.html',
    '/docs/swagger-ui-init.js',
    '/docs-json',
    '/docs-yaml',
  ]) {
    expect([path, await statusOf(path)]).toEqual([path, 404]);
  }
  expect(await statusOf('/health/live')).toBe(200);
  expect(await statusOf('/api/v1/me')).toBe(401);
  await app.close();
  await store.drop();
});
