import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { mkdtemp, lstat, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { DamagedMarkError, HighWaterMark } from '../../src/restore/high-water-mark.js';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

describe('What was acknowledged last', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-mark-'));
    path = join(folder, 'deep', 'x.mark');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const ids = (count: number, msecs = Date.now()): string[] => Array.from({ length: count }, () => v7({ msecs }));
  const write = async (some: string[]): Promise<void> => {
    const mark = new HighWaterMark(path);
    mark.note(some);
    await mark.close();
  };

  it('is the last 64 ids that were noted, also when a clock was ahead', async () => {
    const [ahead, now] = [ids(100, Date.now() + YEAR_MS), ids(3)];
    await write(ahead);
    expect(await new HighWaterMark(path).read()).toEqual(ahead.slice(-64));

    await write(now);

    expect(await new HighWaterMark(path).read()).toEqual([...ahead.slice(-61), ...now]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'deep'))).toEqual(['x.mark']);
  });

  it('is in the file once it is closed, however much was noted meanwhile', async () => {
    const mark = new HighWaterMark(path);
    const noted = ids(1000);
    for (const id of noted) mark.note([id]);
    await mark.close();
    expect(await mark.read()).toEqual(noted.slice(-64));
  });

  it('is added to by each of several that share the file', async () => {
    const [one, other] = [ids(2), ids(2)];
    await write(one);
    await write(other);
    expect(await new HighWaterMark(path).read()).toEqual([...one, ...other]);
  });

  it('is given up when it begins anew', async () => {
    await write(ids(5));
    const mark = new HighWaterMark(path);
    const [first, second] = ids(2) as [string, string];
    await mark.restart([first]);
    mark.note([second]);
    await mark.close();
    expect(await mark.read()).toEqual([first, second]);
  });

  it('is written through a link, which stays', async () => {
    const noted = ids(1);
    await writeFile(join(folder, 'elsewhere'), '{"records":[]}');
    path = join(folder, 'link.mark');
    await symlink(join(folder, 'elsewhere'), path);

    await write(noted);

    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toContain(noted[0]);
  });

  it('is left as it is where it cannot be read', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    await write(ids(1));
    for (const damaged of ['', 'null', '{}', '{"records":', '{"records":["x"]}']) {
      await writeFile(path, damaged);
      await expect(new HighWaterMark(path).read()).rejects.toThrow(DamagedMarkError);
      errors.mockClear();
      await write(ids(1));
      expect(await readFile(path, 'utf8')).toBe(damaged);
      expect(errors).toHaveBeenCalledTimes(1);
    }
    errors.mockRestore();
  });
});
