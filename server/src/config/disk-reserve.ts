import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

// SQLite maps 32 KiB of shared memory and begins a log before it can read.
const RESERVE_BYTES = 256 * 1024;

/**
 * Sees to it that a SQLite database can be opened on a full disk: a file next to it takes up room, and is removed when there
 * is no other.
 */
export async function keepReserve(database: string): Promise<void> {
  const reserve = `${database}-reserve`;
  const { bavail, bsize } = await statfs(dirname(database));
  if (bavail * bsize < RESERVE_BYTES) {
    const message = `The disk of ${database} is full. Keys are verified; changes are refused until there is room.`;
    new Logger('Latchkey').error(message);
    await rm(reserve, { force: true });
    return;
  }
  if (await isThere(reserve)) return;
  try {
    // Random, so that no file system leaves it out.
    await writeFile(reserve, randomBytes(RESERVE_BYTES), { mode: 0o600 });
  } catch (error) {
    await rm(reserve, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size === RESERVE_BYTES;
  } catch {
    return false;
  }
}
