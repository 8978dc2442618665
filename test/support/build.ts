import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

let built = false;

/** Builds the program for tests that run it as users do, unless the build there is newer than the source. */
export function ensureBuilt(): void {
  built ||= isFresh();
  if (built) return;
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'inherit', 'inherit'] });
  built = true;
}

function isFresh(): boolean {
  // The compiler writes this file last, and leaves alone what came out the same.
  const stamp = join('dist', '.tsbuildinfo');
  if (!existsSync(stamp) || !existsSync(join('dist', 'main.js'))) return false;
  const builtAt = statSync(stamp).mtimeMs;
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return sources.every((name) => statSync(join('src', name)).mtimeMs < builtAt);
}
