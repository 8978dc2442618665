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
  // The server is built last, of what the library has become.
  return existsSync(join('server', 'dist', 'main.js')) && ['src', 'server/src'].every(isOlderThanBoth);
}

function isOlderThanBoth(folder: string): boolean {
  // The compiler writes this file last, and leaves alone what came out the same.
  const stamps = [join('dist', '.tsbuildinfo'), join('server', 'dist', '.tsbuildinfo')];
  if (!stamps.every((stamp) => existsSync(stamp))) return false;
  const builtAt = Math.min(...stamps.map((stamp) => statSync(stamp).mtimeMs));
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return sources.every((name) => statSync(join(folder, name)).mtimeMs < builtAt);
}
