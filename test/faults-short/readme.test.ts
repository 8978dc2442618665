import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const FOLDERS = ['test/faults', 'test/faults-short'];

describe('the list of what may go wrong', () => {
  const text = readFileSync('test/faults/README.md', 'utf8');
  const named = [...text.matchAll(/`((?:test|src|docs)\/[^`]*)`/g)].map(([, path = '']) => path);

  it('names tests that exist', () => {
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('names a test for each promise', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (-|What goes wrong)/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => !row.includes('.test.ts`'))).toEqual([]);
  });

  it('names every test of faults', () => {
    const tests = FOLDERS.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file))).filter((path) =>
      path.endsWith('.test.ts'),
    );
    // Those that test the tests themselves are no promises.
    const ofTests = ['check-history', 'tcp-proxy', 'readme'].map((name) => `${name}.test.ts`);
    expect(tests.filter((path) => !named.includes(path) && !ofTests.includes(basename(path)))).toEqual([]);
  });
});
