import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePreload } from '../faults/preload.js';
import { startChildService, type ChildService } from '../support/child-service.js';

describe('a disk that fails as SQLite commits on it', () => {
  let folder: string;
  let failing: string;
  let service: ChildService;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-failing-disk-'));
    failing = join(folder, 'failing');
    const preload = await compilePreload(join('test', 'faults', 'failing-disk.c'), folder);
    service = await startChildService('sqlite', { LD_PRELOAD: preload, FAIL_SYNC_WHILE: failing });
  });

  afterEach(async () => {
    await service.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('503: whether a change was made is said to be unknown, and a repeated DELETE settles it', async () => {
    const workspace = (await service.operator.post('/workspace', { name: 'Acme' }).expect(201)).body.id;
    const operator = service.operator.in(workspace);
    const body = { keyName: 'Key', permissions: ['apikeys:view'] };
    const key = (await operator.post('/apikey', body).expect(201)).body;
    const holder = service.anonymous.as(key.apiKey);
    await holder.get('/apikey').expect(200);

    await writeFile(failing, '');
    await operator.delete(`/apikey/${key.id}`).expect(503, 'store.outcome_unknown');
    await rm(failing);

    const { status } = await operator.delete(`/apikey/${key.id}`);
    expect([200, 404]).toContain(status);
    await holder.get('/apikey').expect(401);
  });
});
