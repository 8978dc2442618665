// Builds what is published: the library and its client, as ES modules and as CommonJS, with types for both.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';

for (const format of ['esm', 'cjs']) {
  rmSync(`dist/${format}`, { recursive: true, force: true });
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', `tsconfig.${format}.json`], {
    stdio: 'inherit',
  });
}
// The package says that its files are ES modules; these are not.
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
