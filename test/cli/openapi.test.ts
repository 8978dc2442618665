import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { CommandLine } from '../support/command-line.js';
import { startService, type RunningService } from '../support/service.js';
import { createStore, type Store } from '../support/stores.js';

describe('latchkey openapi', () => {
  let service: RunningService;
  let empty: Store;

  beforeAll(async () => {
    service = await startService('sqlite', { LATCHKEY_DOCS: 'on' });
    empty = await createStore('sqlite');
  });

  afterAll(async () => {
    await service.stop();
    await empty.drop();
  });

  it('0: prints the document that the service answers, and opens no database', async () => {
    const served = await service.anonymous.get('//docs-json').expect(200);

    const { code, stdout, stderr } = await new CommandLine(empty).run('openapi');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${JSON.stringify(served.body, null, 2)}\n`);
    expect(await new CommandLine(empty).json('openapi')).toEqual(served.body);
    expect(existsSync(empty.url.replace('sqlite:', ''))).toBe(false);
  });

  it('0: whatever the environment is', async () => {
    const { code } = await new CommandLine(empty, { PORT: 'http', DATABASE_URL: 'none' }).run('openapi');
    expect(code).toBe(0);
  });
});
