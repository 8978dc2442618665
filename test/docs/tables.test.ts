import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { getMetadataArgsStorage } from 'typeorm';
import { LATCHKEY_ENTITIES } from '../../src/latchkey.entities.js';

const FILES = ['src', 'server/src']
  .flatMap((source) => readdirSync(source, { recursive: true, encoding: 'utf8' }).map((file) => `${source}/${file}`))
  .filter((file) => file.endsWith('.ts') && !file.startsWith('src/database/migrations/'));
/** The folder of each table: that of its entity. */
const OWNERS = new Map(
  FILES.filter((file) => file.endsWith('.entity.ts')).flatMap((file) =>
    [...sourceOf(file).matchAll(/@Entity\(\{ name: '(\w+)'/g)].map(
      ([, table = '']) => [table, folderOf(file)] as const,
    ),
  ),
);

describe('the tables', () => {
  it('are those of the manifests', () => {
    const tables = getMetadataArgsStorage().filterTables([...LATCHKEY_ENTITIES]);
    expect([...OWNERS.keys()].sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  it('are named in the folders that own them alone', () => {
    expect(FILES.flatMap(crossingsOf)).toEqual([]);
  });

  it('are never named in pieces', () => {
    // A metric, a channel and the name of a statement.
    const others = [
      'server/src/metrics/readings.ts',
      'src/revocation/instances/messages.ts',
      'src/database/postgres/postgres-statements.ts',
    ];
    const inPieces = FILES.filter((file) => /\blatchkey_\w*\$\{/.test(sourceOf(file)));
    expect(inPieces.filter((file) => !others.includes(file))).toEqual([]);
  });
});

function crossingsOf(file: string): string[] {
  const named = new Set(sourceOf(file).match(/\blatchkey_[a-z_]+\b/g));
  return [...named].flatMap((table) => {
    const owner = OWNERS.get(table);
    if (owner === undefined || owner === folderOf(file)) return [];
    return [`${file} names ${table}, which belongs to ${owner}`];
  });
}

function sourceOf(file: string): string {
  return readFileSync(file, 'utf8');
}

function folderOf(file: string): string {
  return /^(?:server\/)?src\/[^/]+/.exec(file)?.[0] ?? '';
}
