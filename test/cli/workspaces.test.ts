import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandLine } from '../support/command-line.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

describe('latchkey migrate, latchkey workspace', () => {
  forEachStore((kind) => {
    let store: Store;
    let commandLine: CommandLine;

    beforeAll(async () => {
      store = await createStore(kind);
      commandLine = new CommandLine(store);
    });

    afterAll(() => store.drop());

    it('migrate brings an empty database up to date, once, also when two run at the same time', async () => {
      const both = await Promise.all([commandLine.json('migrate'), commandLine.json('migrate')]);

      expect(both.map(({ applied }) => applied.length).sort()).toEqual([0, expect.any(Number)]);
      expect(await commandLine.json('migrate')).toEqual({ applied: [] });
      expect(await commandLine.run('migrate')).toMatchObject({ code: 0, stdout: 'The schema is up to date.\n' });
    });

    it('create makes a workspace that list shows, by name', async () => {
      expect((await commandLine.run('workspace', 'list')).stdout).toBe('There are no workspaces.\n');
      const zebra = await commandLine.json('workspace', 'create', '--name', 'Zebra');
      const { stdout } = await commandLine.run('workspace', 'create', '--name', 'Acme');
      expect(stdout).toMatch(/^Created workspace [0-9a-f-]{36}, Acme\.\n$/);

      const { total, data } = await commandLine.json('workspace', 'list');

      expect(total).toBe(2);
      expect(data.map(({ name }: { name: string }) => name)).toEqual(['Acme', 'Zebra']);
      expect(data[1]).toEqual(zebra);
    });

    it('1: a name that is taken', async () => {
      await commandLine.json('workspace', 'create', '--name', 'Taken');

      const { code, stderr } = await commandLine.run('workspace', 'create', '--name', 'Taken');

      expect(code).toBe(1);
      expect(stderr).toMatch(/^latchkey: Another workspace has this name\..*\n$/);
    });
  });
});
