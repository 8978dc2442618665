import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes an empty file that only its owner may read, and the folders on its path that are not there. What is there already
 * stays as it is. SQLite gives the files that it makes next to a database the mode of the database.
 *
 * @returns whether it was made.
 */
export async function makePrivateFile(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}
