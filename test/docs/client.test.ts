import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';

describe('the code of docs/client.md', () => {
  it('compiles, from top to bottom', async () => {
    const blocks = [...(await readFile('docs/client.md', 'utf8')).matchAll(/^```ts\n(.*?)^```$/gms)];
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-docs-'));
    const file = join(folder, 'client.mts');
    try {
      await writeFile(file, blocks.map(([, code]) => code).join('\n'));
      expect(blocks.length).toBeGreaterThan(5);
      expect(faultsOf(file)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** What the compiler has to say about a program that has installed the package. */
function faultsOf(file: string): string[] {
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    typeRoots: [resolve('node_modules/@types')],
    types: ['node'],
    paths: { '@latchkey/client': [resolve('client/src/index.ts')] },
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
