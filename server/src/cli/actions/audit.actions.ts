import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AuditRecord, AuditService } from 'latchkey';
import { ExportAuditDto } from 'latchkey/internal/audit/dto/export-audit.dto';
import { toNdjson } from 'latchkey/internal/audit/ndjson';
import { readEnvironment } from '../../config/environment.js';
import { readInput } from '../input.js';
import { Progress } from '../progress.js';
import { Session } from '../session.js';
import type { Terminal } from '../terminal.js';

const OWNER_ONLY = 0o600;

export interface ExportTrailOptions {
  workspace?: string;
  output?: string;
  force?: boolean;
  format?: string;
  action?: string;
  actorId?: string;
  targetId?: string;
  outcome?: string;
  from?: string;
  to?: string;
}

export async function exportTrail(
  terminal: Terminal,
  { workspace, output, force = false, ...filter }: ExportTrailOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const query = readInput(ExportAuditDto, filter, environment);
  await Session.run(environment, async (session) => {
    const actor = workspace === undefined ? session.actor : await session.actorIn(workspace);
    // Opened first: an export that cannot be written is none, and leaves no record.
    const file = output === undefined ? undefined : await openOutput(output, force);
    try {
      const records = await session.get(AuditService).export(actor, query);
      const lines = Readable.from(toNdjson(counted(records, Progress.on(terminal, file !== undefined))));
      if (file) await pipeline(lines, file.createWriteStream({ flush: true }));
      else await pipeline(lines, terminal.stdout, { end: false });
    } finally {
      await file?.close();
    }
  });
}

/** What is there already may be the only copy of older records. */
async function openOutput(path: string, force: boolean): Promise<FileHandle> {
  try {
    return await open(path, 'wx', OWNER_ONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!force) throw new Error(`${path} exists: give another --output, or --force to overwrite it`, { cause: error });
  }
  const file = await open(path, 'w');
  if ((await file.stat()).isFile()) await file.chmod(OWNER_ONLY);
  return file;
}

async function* counted(records: AsyncIterable<AuditRecord>, progress: Progress): AsyncGenerator<AuditRecord> {
  for await (const record of records) {
    yield record;
    progress.advance();
  }
  progress.finish();
}
