import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Project } from './project.js';

/** A version of Node that hosts run on. */
export interface NodeVersion {
  name: string;
  program: string;
  /** What to compile native modules for it with; absent for the one that runs now. */
  compile?: Record<string, string>;
}

/** The one that runs now, first: what an installation compiles is for it; and those of the global set-up. */
export function nodeVersions(): NodeVersion[] {
  const folder = process.env['LATCHKEY_NODES'];
  if (!folder) throw new Error('LATCHKEY_NODES is not set; the global set-up sets it.');
  const now = { name: process.versions.node, program: process.execPath };
  return [now, ...readdirSync(folder).map((name) => installed(name, join(folder, name, 'node_modules', 'node')))];
}

/** Compiles a native module of the project anew, for that version of Node. */
export async function rebuild(project: Project, name: string, { compile }: NodeVersion): Promise<void> {
  if (compile) await project.shell(`npm rebuild ${name}`, compile);
}

function installed(name: string, folder: string): NodeVersion {
  const bin = join(folder, 'bin');
  // With its headers at hand, none need to be downloaded.
  const packages = join(folder, 'node_modules');
  const headers = readdirSync(packages).find((found) => /^node-(?!bin-setup)/.test(found));
  return {
    name,
    program: join(bin, 'node'),
    compile: {
      PATH: [bin, process.env['PATH']].join(delimiter),
      ...(headers && { npm_config_nodedir: join(packages, headers) }),
    },
  };
}
