// Builds what is published of the package in this folder: as ES modules and as CommonJS, with types for both, and with its documents.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

const ROOT = resolve(import.meta.dirname, '..');
/** What the package carries of the documents of the root. */
const DOCUMENTS = process.argv.slice(2);

for (const format of ['esm', 'cjs']) {
  rmSync(`dist/${format}`, { recursive: true, force: true });
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', `tsconfig.${format}.json`], { stdio: 'inherit' });
}
// The package says that its files are ES modules; these are not.
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
for (const document of DOCUMENTS) cpSync(join(ROOT, document), document);
