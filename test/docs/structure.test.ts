import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const MOST_FILES = 15;

describe('the structure of the source', () => {
  it('is what docs/architecture.md shows', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/structure.mjs']);
    const [, shown] = /```mermaid\n([^`]*)```/.exec(readFileSync('docs/architecture.md', 'utf8')) ?? [];
    expect(shown).toBe(stdout);
  });

  it(`has no room of more than ${MOST_FILES} files`, () => {
    const counts = new Map<string, number>();
    for (const source of ['src', 'server/src', 'client/src']) {
      for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
        const folder = join(source, dirname(file));
        if (file.endsWith('.ts')) counts.set(folder, (counts.get(folder) ?? 0) + 1);
      }
    }
    expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([]);
  });
});
