import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startService, type RunningService } from '../support/service.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

const run = promisify(execFile);
const TIMEOUT_MS = 180_000;

describe('npm run typeorm -- migration:show, as CONTRIBUTING says', () => {
  const show = async ({ url }: Store) => {
    const env = { ...process.env, DATABASE_URL: url };
    return (await run('npm', ['run', '--silent', 'typeorm', '--', 'migration:show'], { env })).stdout;
  };

  forEachStore((kind) => {
    let empty: Store;
    let service: RunningService;

    beforeAll(async () => {
      empty = await createStore(kind);
      service = await startService(kind);
    });

    afterAll(async () => {
      await service.stop();
      await empty.drop();
    });

    it(
      'tells which migrations have run',
      async () => {
        expect(await show(empty)).toMatch(/\[ \] InitialSchema\d+/);
        const shown = await show(service.store);
        expect(shown).toMatch(/\[X\] 1 InitialSchema\d+/);
        expect(shown).not.toContain('[ ]');
      },
      TIMEOUT_MS,
    );
  });
});
