import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { ensureBuilt } from '../support/build.js';
import { CommandLine } from '../support/command-line.js';
import { createStore, type Store } from '../support/stores.js';

const BUILD_MS = 300_000;

/** Runs the built command line on a pseudo-terminal, and types the answer once it is asked. */
async function onTerminal(
  store: Store,
  args: string[],
  answer: string,
  redirection = '',
): Promise<{ code: number; output: string }> {
  const words = [process.execPath, resolve('server/dist/cli/main.js'), ...args].map((word) => `'${word}'`);
  const command = `${words.join(' ')} ${redirection}`;
  const { PATH = '' } = process.env;
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { PATH, DATABASE_URL: store.url } });
  let output = '';
  let answered = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (answered || !output.includes('[y/N]')) return;
    answered = true;
    child.stdin.write(answer);
  });
  const code = await new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
  return { code, output };
}

// The asking is the same whatever the database, and each command a process of its own that takes seconds to start.
describe('what destroys asks on a terminal', () => {
  let store: Store;
  let commandLine: CommandLine;

  beforeAll(async () => {
    ensureBuilt();
    store = await createStore('sqlite');
    commandLine = new CommandLine(store);
    await commandLine.json('migrate');
  }, BUILD_MS);

  afterAll(() => store.drop());

  const workspaceWithKey = async (name: string) => {
    const { id } = await commandLine.json('workspace', 'create', '--name', name);
    const key = await commandLine.json(
      ...['key', 'create', '--workspace', id, '--name', 'Billing worker', '--permission', 'apikeys:view'],
    );
    await commandLine.json('role', 'create', '--workspace', id, '--name', 'Support', '--permission', 'apikeys:view');
    return { id, key };
  };
  const isThere = async (name: string) => (await commandLine.run('workspace', 'list')).stdout.includes(name);

  it('workspace delete: says what goes, and leaves it for any answer but yes', async () => {
    const { id } = await workspaceWithKey('Kept');

    for (const answer of ['\r', 'Kept\r', '\x03', '\x04']) {
      const { code, output } = await onTerminal(store, ['workspace', 'delete', 'Kept'], answer);
      expect(code).toBe(1);
      expect(output).toContain(
        `This deletes workspace ${id}, Kept, with 1 key, 0 members, 1 role and 0 permissions of its own.`,
      );
      expect(output).toContain('Nothing was changed');
    }
    expect(await isThere('Kept')).toBe(true);

    expect(await onTerminal(store, ['workspace', 'delete', 'Kept'], 'y\r')).toMatchObject({ code: 0 });
    expect(await isThere('Kept')).toBe(false);
  });

  it('--yes answers beforehand; a script is not asked', async () => {
    await workspaceWithKey('By yes');
    await workspaceWithKey('By script');

    const { code, output } = await onTerminal(store, ['workspace', 'delete', 'By yes', '--yes'], '');
    expect([code, output]).toEqual([0, expect.not.stringContaining('[y/N]')]);
    expect((await commandLine.run('workspace', 'delete', 'By script')).code).toBe(0);
    expect([await isThere('By yes'), await isThere('By script')]).toEqual([false, false]);
  });

  it('is refused where a person looks on who cannot answer, but for --yes', async () => {
    const { id } = await workspaceWithKey('Looked on');
    const remove = ['workspace', 'delete', 'Looked on'];

    const { code, output } = await onTerminal(store, remove, '', '< /dev/null');
    expect(code).toBe(2);
    expect(output).toContain(`This deletes workspace ${id}, Looked on, with 1 key`);
    expect(output).toContain('confirm it by --yes');
    expect(await isThere('Looked on')).toBe(true);

    const piped = await onTerminal(store, remove, 'n\r', '> /dev/null');
    expect(piped).toEqual({ code: 1, output: expect.stringContaining('[y/N]') });
    expect(await isThere('Looked on')).toBe(true);

    expect(await onTerminal(store, [...remove, '--yes'], '', '< /dev/null')).toMatchObject({ code: 0 });
    expect(await isThere('Looked on')).toBe(false);
  });

  it('the same for a key, a role, a member and an operator', async () => {
    const { id, key } = await workspaceWithKey('Others');
    const within = ['--workspace', id];
    await commandLine.json('member', 'set', 'ann', ...within, '--permission', 'apikeys:view');
    await commandLine.json('operator', 'create', '--name', 'alice');
    const { data: roles } = await commandLine.json('role', 'list', ...within);
    const role = roles.find(({ name }: { name: string }) => name === 'Support');
    const commands: [string[], string][] = [
      [['key', 'delete', key.id, ...within], 'Billing worker'],
      [['role', 'delete', role.id, ...within], 'Support'],
      [['member', 'remove', 'ann', ...within], 'ann'],
      [['operator', 'rotate', 'alice'], 'alice'],
      [['operator', 'delete', 'alice'], 'alice'],
    ];

    for (const [command, named] of commands) {
      const { code, output } = await onTerminal(store, command, 'n\r');
      expect([code, output]).toEqual([1, expect.stringContaining(named)]);
      expect(output).toContain('Nothing was changed');
    }
    expect((await commandLine.json('key', 'list', ...within)).total).toBe(1);
    expect((await commandLine.json('member', 'list', ...within)).total).toBe(1);
    expect(await commandLine.json('operator', 'list')).toMatchObject({ total: 1, data: [{ rotatedDate: null }] });
  });
});
