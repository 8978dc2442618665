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

    it('1: an externalId that is taken', async () => {
      const create = ['workspace', 'create', '--name', 'Taken', '--external-id', 'tenant-1'];
      await commandLine.json(...create);

      const { code, stderr } = await commandLine.run(...create);

      expect(code).toBe(1);
      expect(stderr).toMatch(/^latchkey: Another workspace has this externalId\..*\n$/);
    });

    it('a workspace is named by its id, externalId or name, or by LATCHKEY_WORKSPACE', async () => {
      const { id } = await commandLine.json('workspace', 'create', '--name', 'Named one', '--external-id', 'tenant-2');
      const key = ['key', 'create', '--permission', 'apikeys:view'];
      for (const reference of [id, id.toUpperCase(), 'tenant-2', 'Named one']) {
        const created = await commandLine.json(...key, '--name', `By ${reference}`, '--workspace', reference);
        expect(created.workspaceId).toBe(id);
      }
      const within = new CommandLine(store, { LATCHKEY_WORKSPACE: 'tenant-2' });
      expect((await within.json('key', 'list')).total).toBe(4);
      for (const without of [commandLine, new CommandLine(store, { LATCHKEY_WORKSPACE: '' })]) {
        expect(await without.run('key', 'list')).toEqual({
          code: 2,
          stdout: '',
          stderr: 'latchkey: Name the workspace: give --workspace, or set LATCHKEY_WORKSPACE.\n',
        });
      }
    });

    it('1: a name that several have, or one as its name and another as its externalId', async () => {
      const one = await commandLine.json('workspace', 'create', '--name', 'Twice');
      const two = await commandLine.json('workspace', 'create', '--name', 'Else', '--external-id', 'Twice');

      const { code, stderr } = await commandLine.run('workspace', 'delete', 'Twice');

      expect(code).toBe(1);
      expect(stderr).toContain(`${one.id}, ${two.id}`);
      expect((await commandLine.json('workspace', 'list')).total).toBeGreaterThan(1);
    });

    it('rename gives a workspace another name; 1: a workspace that is not there', async () => {
      const { id } = await commandLine.json('workspace', 'create', '--name', 'Before');
      const rename = (name: string, which = id) => commandLine.run('workspace', 'rename', which, '--name', name);

      expect(await rename('After')).toMatchObject({ code: 0, stdout: `Workspace ${id} is named After.\n` });
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
