import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Body } from '../support/client.js';
import { CommandLine, type Outcome } from '../support/command-line.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const recordsIn = (text: string): Body[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe('latchkey audit export', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let commandLine: CommandLine;
    let folder: string;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      commandLine = new CommandLine(service.store);
      folder = await mkdtemp(join(tmpdir(), 'latchkey-export-'));
      const key = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await (await createWorkspace(service)).keyWith('apikeys:view');
    });

    afterAll(async () => {
      await service.stop();
      await rm(folder, { recursive: true });
    });

    const exported = (...args: string[]): Promise<Outcome> =>
      commandLine.run('audit', 'export', '--format', 'ndjson', ...args);

    it('prints the records of a workspace, one a line, oldest first, as the API shows them', async () => {
      const { code, stdout, stderr } = await exported('--workspace', workspace.id);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const records = recordsIn(stdout);
      expect(records.map(({ action }) => action)).toEqual([
        'workspace.created',
        'apikey.created',
        'apikey.deleted',
        'audit.exported',
      ]);
      for (const record of records) {
        expect((await workspace.operator.get(`/audit/${record.id}`).expect(200)).body).toEqual(record);
      }
    });

    it('prints the records of every workspace when none is named', async () => {
      const records = recordsIn((await exported()).stdout);

      expect(new Set(records.map(({ workspaceId }) => workspaceId)).size).toBeGreaterThanOrEqual(3);
      expect(records.at(-1)).toMatchObject({ action: 'audit.exported', workspaceId: null });
    });

    it('prints only the records that were asked for', async () => {
      const records = recordsIn(
        (await exported('--action', 'apikey.created', '--from', '2020-01-01T00:00:00Z')).stdout,
      );
      const none = await exported('--to', '2020-01-01T00:00:00Z');
      const created = String(records[0].targets[0].id).toUpperCase();
      const inCapitals = recordsIn((await exported('--target-id', created, '--from', '0001-01-01T00:00:00Z')).stdout);
      expect(inCapitals.map(({ action }) => action)).toContain('apikey.created');

      expect(new Set(records.map(({ action }) => action))).toEqual(new Set(['apikey.created']));
      expect(none).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    it('writes a file that only its owner can read', async () => {
      const file = join(folder, 'trail.ndjson');

      const { code, stdout } = await exported('--workspace', workspace.id, '--output', file);

      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(recordsIn(await readFile(file, 'utf8')).length).toBeGreaterThanOrEqual(4);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    });

    it('1: a file that cannot be written, and then nothing was exported', async () => {
      const before = await exportsOnTrail();

      const { code, stderr } = await exported('--workspace', workspace.id, '--output', join(folder, 'no', 'trail'));

      expect(code).toBe(1);
      expect(stderr).toMatch(/^latchkey: ENOENT: no such file or directory.*\n$/);
      expect(await exportsOnTrail()).toBe(before);
    });

    it('1: a file that exists stays as it is, and then nothing was exported', async () => {
      const file = join(folder, 'older.ndjson');
      await writeFile(file, 'older');
      const before = await exportsOnTrail();

      const outcome = await exported('--workspace', workspace.id, '--output', file);

      const stderr = `latchkey: ${file} exists: give another --output, or --force to overwrite it.\n`;
      expect(outcome).toEqual({ code: 1, stdout: '', stderr });
      expect(await readFile(file, 'utf8')).toBe('older');
      expect(await exportsOnTrail()).toBe(before);
    });

    it('overwrites a file with --force, which then only its owner can read', async () => {
      const file = join(folder, 'forced.ndjson');
      await writeFile(file, 'older\n'.repeat(10_000), { mode: 0o644 });

      const { code } = await exported('--workspace', workspace.id, '--output', file, '--force');

      expect(code).toBe(0);
      const records = recordsIn(await readFile(file, 'utf8'));
      expect(records.at(-1)).toMatchObject({ action: 'audit.exported' });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    });

    const exportsOnTrail = async (): Promise<number> =>
      (await workspace.operator.get('/audit?action=audit.exported').expect(200)).body.data.length;
  });
});
