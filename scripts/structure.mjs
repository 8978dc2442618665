// Draws the rooms of `src`, the server and who imports whom, as docs/architecture.md shows it. What other arrows imply is left out.
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import process from 'node:process';

const OURS = /^(server\/)?src\//;
const COMPOSITION = /^src\/(index|latchkey\.(module|features|routes|entities|errors))\.ts$/;

/** @param {string} file */
function roomOf(file) {
  if (file.startsWith('server/')) return 'server';
  if (COMPOSITION.test(file)) return 'latchkey.module';
  const [, room = ''] = file.split('/');
  return room.replace(/\.ts$/, '');
}

const { output } = await cruise(
  ['src', 'server/src'],
  { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
  undefined,
  { tsConfig: extractTSConfig('tsconfig.json') },
);
if (typeof output === 'string') throw new Error(output);

/** @type {Map<string, Set<string>>} */
const arrows = new Map();
for (const { source, dependencies } of output.modules) {
  if (!OURS.test(source)) continue;
  const from = roomOf(source);
  const to = arrows.get(from) ?? new Set();
  arrows.set(from, to);
  for (const { resolved } of dependencies) {
    if (OURS.test(resolved) && roomOf(resolved) !== from) to.add(roomOf(resolved));
  }
}

/**
 * Whether there is a way other than the arrow itself.
 *
 * @param {string} from
 * @param {string} to
 */
function isImplied(from, to) {
  const seen = new Set([from]);
  const next = [...(arrows.get(from) ?? [])].filter((room) => room !== to);
  for (let room = next.pop(); room !== undefined; room = next.pop()) {
    if (room === to) return true;
    if (seen.has(room)) continue;
    seen.add(room);
    next.push(...(arrows.get(room) ?? []));
  }
  return false;
}

for (const [from, all] of arrows) {
  for (const to of all) if (arrows.get(to)?.has(from)) throw new Error(`${from} and ${to} import each other.`);
}

const lines = ['graph TD'];
for (const [from, all] of [...arrows].sort()) {
  for (const to of [...all].sort()) if (!isImplied(from, to)) lines.push(`  ${from} --> ${to}`);
}
process.stdout.write(`${lines.join('\n')}\n`);
