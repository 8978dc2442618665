import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandLine } from '../support/command-line.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('latchkey key usage', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let commandLine: CommandLine;

    beforeAll(async () => {
      // On SQLite, one that remembers no keys leaves it to the command line to delete some.
      service = await startService(kind, { TRUST_PROXY: '127.0.0.1', LATCHKEY_CACHE_SIZE: '0' });
      workspace = await createWorkspace(service);
      commandLine = new CommandLine(service.store, { LATCHKEY_WORKSPACE: workspace.id });
    });

    afterAll(() => service.stop());

    const used = async () => {
      const key = await workspace.keyWith('apikeys:view', 'roles:view');
      const client = key.client.with({ 'x-application': 'bill\u009bing', 'x-forwarded-for': '203.0.113.7' });
      await client.get('/apikey').expect(200);
      // This writes what was counted.
      await workspace.operator.get(`/apikey/${key.id}/usage`).expect(200);
      return { ...key, client };
    };

    it('0: says who uses a key, for what, and how to delete it if nobody does any more', async () => {
      const { id } = await used();
      const { code, stdout } = await commandLine.run('key', 'usage', id);

      expect(code).toBe(0);
      expect(stdout).toMatch(/accepted 1 times, refused 0\./);
      expect(stdout).toMatch(/^billing +203\.0\.113\.7 +current +1 +0 .* apikeys:view$/m);
      expect(stdout).toMatch(/^apikeys:view +1 /m);
      expect(stdout).toContain('Never used: roles:view');
      expect(stdout).toMatch(/█ 1$/m);
      expect(stdout).toContain(`latchkey key delete ${id} --if-unused-since-report u1`);
    });

    it('0: prints the report as JSON, with its tag', async () => {
      const { id } = await used();
      expect(await commandLine.json('key', 'usage', id)).toMatchObject({
        keyId: id,
        totals: { valid: 1 },
        etag: '"u1"',
      });
    });

    it('deletes a key if it was not used since, and else says so', async () => {
      const { id, client } = await used();
      const deleteIf = (tag: string) => commandLine.run('key', 'delete', id, '--if-unused-since-report', tag, '--yes');
      await client.get('/apikey').expect(200);
      await workspace.operator.get(`/apikey/${id}/usage`).expect(200);

      expect(await deleteIf('u1')).toMatchObject({ code: 1, stderr: expect.stringContaining('was used 1 time since') });
      await client.get('/apikey').expect(200);
      await workspace.operator.get(`/apikey/${id}/usage`).expect(200);
      expect(await deleteIf('"u3"')).toMatchObject({ code: 0 });
      await client.get('/apikey').expect(401);
    });

    it('1: an unknown key; 2: a date that is none', async () => {
      const unknown = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';
      expect(await commandLine.run('key', 'usage', unknown)).toMatchObject({ code: 1 });
      expect(await commandLine.run('key', 'usage', unknown, '--from', 'yesterday')).toMatchObject({ code: 2 });
    });
  });
});
