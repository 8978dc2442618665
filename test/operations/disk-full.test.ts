import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { keepReserve } from '../../server/src/config/disk-reserve.js';
import { Database } from '../../src/database/database.js';
import { recordStart } from '../../server/src/serving/lifecycle.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';

describe('a full disk', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService('sqlite');
  });

  afterAll(() => service.stop());

  /** SQLite says the same to one that may not grow as to one whose disk is full. */
  const fill = async (): Promise<void> => {
    const database = service.app.get(Database, { strict: false });
    await database.transaction((transaction) => transaction.query('PRAGMA max_page_count = 1'));
    for (let status = 201; status === 201;) {
      ({ status } = await service.operator.post('/workspace', { name: uniqueName('Another') }));
    }
  };

  it('leaves what reads can serve, also to one that starts', async () => {
    const key = await (await createWorkspace(service)).keyWith('apikeys:view');
    await fill();

    await key.client.get('/apikey').expect(200);
    await service.anonymous.as(generateKey('lk')).get('/apikey').expect(401);
    await service.anonymous.get('/apikey').expect(401);
    await service.operator.post('/workspace', { name: 'Acme' }).expect(503, 'store.unavailable');
    await service.anonymous.get('//health/ready').expect(200);
    const logger = new Logger();
    const lines = jest.spyOn(logger, 'error').mockReturnValue();
    await recordStart(service, logger);
    expect(lines).toHaveBeenCalledWith(expect.objectContaining({ error: expect.stringContaining('SQLITE_FULL') }));
  });

  it('is provided for: a file takes up the room that SQLite needs to open the database', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-reserve-'));
    const database = join(folder, 'latchkey.db');
    await keepReserve(database);
    const { mode, size } = await stat(`${database}-reserve`);
    const bytes = await readFile(`${database}-reserve`);
    await keepReserve(database);
    expect([(mode & 0o777).toString(8), size]).toEqual(['600', 256 * 1024]);
    expect(await readFile(`${database}-reserve`)).toEqual(bytes);
    await rm(folder, { recursive: true });
  });
});
