// Makes of the package in this folder what is published: its other formats, and the documents of the root that it carries.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

const ROOT = resolve(import.meta.dirname, '..');
const DOCUMENTS = process.argv.slice(2);

for (const format of ['esm', 'cjs']) if (existsSync(`tsconfig.${format}.json`)) compile(format);
// The package says that its files are ES modules; these are not.
if (existsSync('dist/cjs')) writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
removeOutdated(existsSync('dist/esm') ? 'dist/esm' : 'dist');
for (const document of DOCUMENTS) cpSync(join(ROOT, document), document);

/** @param {string} format */
function compile(format) {
  rmSync(`dist/${format}`, { recursive: true, force: true });
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', `tsconfig.${format}.json`], { stdio: 'inherit' });
}

/**
 * Removes what was built of sources that are gone: `npm run build` leaves that where it is.
 *
 * @param {string} folder
 */
function removeOutdated(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const [, source] = /^(.+)\.(?:d\.ts|js|js\.map)$/.exec(file) ?? [];
    if (source && !existsSync(join('src', `${source}.ts`))) rmSync(join(folder, file));
  }
}
