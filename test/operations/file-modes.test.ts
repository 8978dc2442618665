import { describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createService } from '../../server/src/app.setup.js';
import { readEnvironment } from '../../server/src/config/environment.js';

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('The files of a SQLite database', () => {
  const serve = async (database: string, check: () => Promise<void>): Promise<void> => {
    const service = await createService(readEnvironment({ DATABASE_URL: `sqlite:${database}`, LOG_LEVEL: 'silent' }));
    await service.app.listen(0, '127.0.0.1');
    try {
      await check();
    } finally {
      await service.app.close();
    }
  };

  it('are their owner’s alone, and so are folders that are made for them', async () => {
    const root = await mkdtemp(join(tmpdir(), 'latchkey-modes-'));
    const folder = join(root, 'data', 'deep');
    await serve(join(folder, 'latchkey.db'), async () => {
      const files = await readdir(folder);
      expect(files).toEqual(
        expect.arrayContaining(['latchkey.db', 'latchkey.db-serving', 'latchkey.db-shm', 'latchkey.db-wal']),
      );
      for (const file of files) expect([file, await modeOf(join(folder, file))]).toEqual([file, '600']);
      expect([await modeOf(folder), await modeOf(join(root, 'data'))]).toEqual(['700', '700']);
    });
    await rm(root, { recursive: true });
  });

  it('keep the mode that somebody gave them', async () => {
    const root = await mkdtemp(join(tmpdir(), 'latchkey-modes-'));
    const folder = join(root, 'data');
    await mkdir(folder);
    await chmod(folder, 0o750);
    const database = join(folder, 'latchkey.db');
    await serve(database, () => Promise.resolve());
    await chmod(database, 0o640);
    await serve(database, async () => {
      expect([await modeOf(database), await modeOf(folder)]).toEqual(['640', '750']);
    });
    await rm(root, { recursive: true });
  });
});
