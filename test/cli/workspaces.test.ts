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

    it('rename gives a workspace another name; 1: a name that is taken, a workspace that is not there', async () => {
      const { id } = await commandLine.json('workspace', 'create', '--name', 'Before');
      await commandLine.json('workspace', 'create', '--name', 'Other');
      const rename = (name: string, which = id) => commandLine.run('workspace', 'rename', which, '--name', name);

      expect(await rename('After')).toMatchObject({ code: 0, stdout: `Workspace ${id} is named After.\n` });
      expect(await rename('Other')).toMatchObject({ code: 1, stdout: '' });
      expect(await rename('Nowhere', 'nowhere')).toMatchObject({
        code: 1,
        stderr: 'latchkey: The workspace does not exist.\n',
      });

      const { data } = await commandLine.json('workspace', 'list', '--limit', '200');
      expect(data.find((one: { id: string }) => one.id === id).name).toBe('After');
    });

    it('delete deletes a workspace with its keys, once', async () => {
      const { id } = await commandLine.json('workspace', 'create', '--name', 'Deleted');
      await commandLine.json('key', 'create', '--workspace', id, '--name', 'Key', '--permission', 'apikeys:view');

      expect(await commandLine.json('workspace', 'delete', id)).toEqual({ affected: 1, raw: [] });

      expect(await commandLine.run('workspace', 'delete', id)).toEqual({
        code: 1,
        stdout: '',
        stderr: 'latchkey: The workspace does not exist.\n',
      });
      expect((await commandLine.run('key', 'list', '--workspace', id)).code).toBe(1);
    });
  });
});
