import { dirname, join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Project } from './project.js';
import { run } from './run.js';

export const NODE_VERSIONS = [20, 22, 24] as const;
export type NodeVersion = (typeof NODE_VERSIONS)[number];

export const CURRENT_VERSION = Number(process.versions.node.split('.')[0]);

const TIMEOUT_MS = 900_000;

/** The program of that version of Node, from its npm package. @returns undefined for the one that runs now */
export async function nodeOf(version: NodeVersion): Promise<string | undefined> {
  if (version === CURRENT_VERSION) return undefined;
  const printed = await run('npx', ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath'], {
    folder: tmpdir(),
    timeoutMs: TIMEOUT_MS,
  });
  const path = printed.split('\n').find((line) => line.startsWith('/'));
  if (!path) throw new Error(`npx says no path of Node ${version}:\n${printed}`);
  return path;
}

/** Compiles a native module of the project anew, for that version of Node. */
export async function rebuild(project: Project, name: string, version: NodeVersion, node: string): Promise<void> {
  await run('npx', ['-y', '-p', `node@${version}`, 'npm', 'rebuild', name], {
    folder: project.folder,
    timeoutMs: TIMEOUT_MS,
    // The package has the headers too, so that none need to be downloaded.
    environment: await headersOf(node),
  });
}

async function headersOf(node: string): Promise<Record<string, string>> {
  const packages = join(dirname(dirname(node)), 'node_modules');
  const platform = (await readdir(packages)).find((name) => /^node-(?!bin-setup)/.test(name));
  return platform ? { npm_config_nodedir: join(packages, platform) } : {};
}
