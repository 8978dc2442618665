import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Child } from '../support/child-service.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

const run = promisify(execFile);
const BETWEEN = '--- next block ---';
const TIMEOUT_MS = 180_000;

/** What the README tells one to type, and what it says one sees then. */
interface Step {
  commands: string;
  sees: string | undefined;
}

describe('the walk-through of the README', () => {
  let steps: Step[];

  beforeAll(async () => {
    const readme = await readFile('README.md', 'utf8');
    const blocks = [...readme.matchAll(/^```(?:sh|text) (walk|sees)\n(.*?)^```$/gms)];
    steps = blocks.flatMap(([, kind, text = ''], at) => {
      const next = blocks[at + 1];
      return kind === 'walk' ? [{ commands: text, sees: next?.[1] === 'sees' ? next[2] : undefined }] : [];
    });
  });

  forEachStore((kind) => {
    let store: Store;
    let service: Child;
    let url: string;
    let operator: string;

    beforeAll(async () => {
      store = await createStore(kind);
      service = await Child.run('main.js', [], { PORT: '0', DATABASE_URL: store.url, LATCHKEY_DOCS: 'on' });
      [, operator = ''] = await service.wrote(/^Operator key: (lk_\S+)$/m);
      [, url = ''] = await service.wrote(/Listening on (http:[^"\s]+)/);
    }, TIMEOUT_MS);

    afterAll(async () => {
      await service.dispose();
      await store.drop();
    });

    it(
      'shows what it says',
      async () => {
        const script = steps
          .map(({ commands }) => commands)
          .join(`\necho\necho '${BETWEEN}'\n`)
          .replace('http://127.0.0.1:3000/api/v1', url)
          .replace("'lk_…'", `'${operator}'`);

        const { stdout, stderr } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', script]);

        expect(stderr).toBe('');
        const seen = stdout.split(BETWEEN).map((text) => text.trim());
        expect(steps.length).toBeGreaterThanOrEqual(7);
        expect(seen).toHaveLength(steps.length);
        for (const [at, { sees = '' }] of steps.entries()) expect(seen[at]).toMatch(patternOf(sees));
      },
      TIMEOUT_MS,
    );
  });
});

/** The text with `…` for whatever differs from time to time. */
function patternOf(text: string): RegExp {
  const parts = text.trimEnd().split(/…+/);
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.+')}$`);
}
