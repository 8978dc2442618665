import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Child } from '../support/child-service.js';
import { CommandLine } from '../support/command-line.js';
import { startInstance, startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('LATCHKEY_OPERATOR_KEY: the operator named environment', () => {
  forEachStore((kind) => {
    let first: RunningService;
    let running: RunningService;
    let commandLine: CommandLine;

    beforeEach(async () => {
      first = await startService(kind);
      running = first;
      commandLine = new CommandLine(first.store);
    });

    afterEach(async () => {
      await running.app.close();
      await first.store.drop();
    });

    const restart = async (key: string): Promise<void> => {
      await running.app.close();
      running = await startInstance(first, { LATCHKEY_OPERATOR_KEY: key });
    };
    const statusWith = async (key: string) => (await running.anonymous.as(key).get('/workspace')).status;
    const trail = async () => {
      const { stdout } = await commandLine.run('audit', 'export');
      const records = stdout.split('\n').filter((line) => line !== '');
      return records
        .map((line) => JSON.parse(line))
        .filter(({ action }) => String(action).startsWith('operator.'))
        .map(({ action, actor, targets, reason }) => [action, actor.type, targets[0].display, reason]);
    };

    it('is taken up, changed and dropped at a start, each with one record', async () => {
      const changed = generateKey('op');
      expect(await statusWith(first.operatorKey)).toBe(200);

      await restart(changed);
      expect([await statusWith(changed), await statusWith(first.operatorKey)]).toEqual([200, 401]);
      await restart(changed);
      await restart('');

      expect([await statusWith(changed), await statusWith(first.operatorKey)]).toEqual([401, 401]);
      expect(await trail()).toEqual([
        ['operator.created', 'system', 'environment', 'Its key was set.'],
        ['operator.rotated', 'system', 'environment', 'Its key was changed.'],
        ['operator.deleted', 'system', 'environment', 'Its key was unset.'],
      ]);
    });

    it('lives next to other operators, and dropping it revives and ends none of them', async () => {
      const { key: alices } = await commandLine.json('operator', 'create', '--name', 'alice');
      const { key: bobs } = await commandLine.json('operator', 'create', '--name', 'bob');
      expect([await statusWith(alices), await statusWith(bobs)]).toEqual([200, 200]);
      await running.app.close();
      await commandLine.json('operator', 'delete', 'bob');

      running = await startInstance(first, { LATCHKEY_OPERATOR_KEY: '' });

      expect([await statusWith(alices), await statusWith(bobs), await statusWith(first.operatorKey)]).toEqual([
        200, 401, 401,
      ]);
    });

    it('is neither rotated nor deleted by the command line, which drops no key that it does not know', async () => {
      for (const command of ['rotate', 'delete']) {
        await running.app.close();
        const { code, stderr } = await commandLine.run('operator', command, 'environment');
        expect([code, stderr]).toEqual([1, expect.stringContaining('LATCHKEY_OPERATOR_KEY')]);
        running = await startInstance(first);
      }
      expect((await commandLine.run('operator', 'create', '--name', 'environment')).stderr).toContain(
        'that of LATCHKEY_OPERATOR_KEY',
      );
      expect(await statusWith(first.operatorKey)).toBe(200);
    });

    it('stops the start with the key of another operator', async () => {
      const { key } = await commandLine.json('operator', 'create', '--name', 'alice');

      await running.app.close();
      const child = await Child.run('main.js', [], {
        PORT: '0',
        DATABASE_URL: first.store.url,
        LATCHKEY_OPERATOR_KEY: key,
      });

      const ending = await child.ended;
      expect(ending).toMatchObject({ code: 1, stdout: '' });
      expect(ending.stderr).toMatch(/^latchkey: LATCHKEY_OPERATOR_KEY .* is the key of the operator alice.*\n$/);
      expect(ending.stderr).not.toContain(key);
      await child.dispose();

      running = await startInstance(first, { LATCHKEY_OPERATOR_KEY: '' });
      expect(await statusWith(key)).toBe(200);
    });
  });
});
