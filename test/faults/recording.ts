import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ensureBuilt } from '../support/build.js';
import { compilePreload } from './preload.js';

const run = promisify(execFile);
const HEADER_BYTES = 16;
const HERE = join('test', 'faults');

export type EntryKind = 'write' | 'truncate' | 'remove' | 'sync begun' | 'sync done';

/** One thing that a process did to a file. The name is relative to the folder, '' for the folder itself. */
export interface Entry {
  kind: EntryKind;
  name: string;
  /** Where a write begins; the length that a truncation leaves; the number of a sync. */
  offset: number;
  data: Buffer;
}

/** Everything that was done to the files of a folder, in order, and what the files were in the end. */
export interface Recording {
  entries: Entry[];
  database: Buffer;
}

export interface WorkloadOptions {
  changes: number;
  seed: number;
  /** What `synchronous` is lowered to; as shipped if there is none. */
  synchronous?: 'NORMAL' | 'OFF';
}

const KINDS: Record<string, EntryKind> = { W: 'write', T: 'truncate', U: 'remove', B: 'sync begun', S: 'sync done' };

/** Runs the workload on SQLite in a process of its own, and records what reaches the files. */
export async function recordWorkload({ changes, seed, synchronous }: WorkloadOptions): Promise<Recording> {
  ensureBuilt();
  const root = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-power-')));
  try {
    const folder = await realpath(await mkdtemp(join(root, 'recorded-')));
    const log = join(root, 'log');
    const recorder = await compilePreload(join(HERE, 'recorder.c'), root);
    const lowering = synchronous ? ['--import', pathToFileURL(resolve(HERE, 'lower-synchronous.mjs')).href] : [];
    await run(process.execPath, [...lowering, join(HERE, 'workload.mjs'), folder, String(changes), String(seed)], {
      env: {
        PATH: process.env['PATH'],
        LD_PRELOAD: recorder,
        RECORDER_LOG: log,
        RECORDER_FOLDER: folder,
        LOWER_SYNCHRONOUS_TO: synchronous,
      },
      timeout: 120_000,
    });
    return { entries: parse(await readFile(log)), database: await readFile(join(folder, 'latchkey.db')) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function parse(log: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < log.length;) {
    const kind = KINDS[String.fromCharCode(log[at] ?? 0)];
    if (!kind) throw new Error(`The recorder wrote something unknown at ${at}.`);
    const name = at + HEADER_BYTES;
    const data = name + (log[at + 1] ?? 0);
    const end = data + log.readUInt32LE(at + 4);
    entries.push({
      kind,
      name: log.toString('utf8', name, data),
      offset: Number(log.readBigUInt64LE(at + 8)),
      data: log.subarray(data, end),
    });
    at = end;
  }
  return entries;
}
