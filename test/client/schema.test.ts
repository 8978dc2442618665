import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { CLIENT_SCHEMA, clientSchemaOf } from '../../scripts/client-schema.js';
import { CommandLine } from '../support/command-line.js';
import { createStore, type Store } from '../support/stores.js';

const OUT_OF_DATE = `${CLIENT_SCHEMA} is not what the code of today generates. Run: npm run client`;

describe('the types of the client', () => {
  let store: Store;
  let generated: string;

  beforeAll(async () => {
    store = await createStore('sqlite');
    generated = await clientSchemaOf(await new CommandLine(store).json('openapi'));
  });

  afterAll(() => store.drop());

  it('are what the code of today generates', async () => {
    const committed = await readFile(CLIENT_SCHEMA, 'utf8');
    if (committed !== generated) throw new Error(OUT_OF_DATE);
  });

  it('have the routes of the API without a prefix, and none that only refuses', () => {
    const paths = [...generated.matchAll(/^ {2}'(\/.*)': \{$/gm)].map(([, path]) => path);
    expect(paths).toContain('/apikey/{id}');
    expect(paths).toContain('/audit/export');
    expect(paths.filter((path) => /api\/v1|health|metrics/.test(path ?? ''))).toEqual([]);
    expect(generated).not.toMatch(/Without(Id|Name|Subject)/);
  });

  it('are all exported, under the names of the document', async () => {
    const index = await readFile('client/src/index.ts', 'utf8');
    const names = [...generated.matchAll(/^export type (\w+) = components\['schemas'\]/gm)].map(([, name]) => name);
    expect(names).toContain('ApiKey');
    expect(names.filter((name) => !index.includes(`  ${name},\n`))).toEqual([]);
  });
});
