import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ensureBuilt } from '../support/build.js';
import { Child } from '../support/child-service.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('latchkey as a process', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const run = (...args: string[]) => Child.run('cli/main.js', args, { DATABASE_URL: service.store.url });

    it('creates keys while others do, next to a running service', async () => {
      const create = async (number: number) => {
        const args = ['--workspace', workspace.id, '--name', `Parallel ${number}`, '--permission', 'apikeys:view'];
        const child = await run('key', 'create', ...args, '--json');
        const { code, stdout, stderr } = await child.ended;
        await child.dispose();
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return String(JSON.parse(stdout).apiKey);
      };

      const [secrets] = await Promise.all([
        Promise.all([1, 2, 3].map(create)),
        Promise.all(Array.from({ length: 20 }, () => workspace.keyWith('apikeys:view'))),
      ]);

      for (const secret of secrets) await service.anonymous.as(secret).get('/apikey').expect(200);
    });

    it('ends with the code of its failure', async () => {
      const [failed, misused] = await Promise.all([
        run('key', 'list', '--workspace', 'nowhere'),
        run('key', 'list', '--frobnicate'),
      ]);

      expect(await failed.ended).toMatchObject({ code: 1, stderr: 'latchkey: The workspace does not exist.\n' });
      expect(await misused.ended).toMatchObject({ code: 2 });
      await Promise.all([failed.dispose(), misused.dispose()]);
    });

    it('ends in silence when its reader has seen enough', async () => {
      await fillTrail();
      const child = await run('audit', 'export');
      child.process.stdout?.once('data', () => child.process.stdout?.destroy());

      const { code, stderr } = await child.ended;

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      await child.dispose();
    });

    // More than a pipe holds.
    const fillTrail = () =>
      Promise.all(
        Array.from({ length: 100 }, (_, number) =>
          workspace.operator
            .post('/apikey', { keyName: `Filler ${number}`, permissions: ['*'], description: 'x'.repeat(500) })
            .expect(201),
        ),
      );
  });

  it('npm run latchkey passes on what follows --', async () => {
    ensureBuilt();
    const npm = spawn('npm', ['run', '--silent', 'latchkey', '--', '--version'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    await once(npm, 'close');

    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
