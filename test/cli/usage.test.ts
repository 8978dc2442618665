import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { CommandLine } from '../support/command-line.js';
import { createStore, type Store } from '../support/stores.js';

describe('latchkey', () => {
  let store: Store;
  let commandLine: CommandLine;

  beforeAll(async () => {
    store = await createStore('sqlite');
    commandLine = new CommandLine(store);
  });

  afterAll(() => store.drop());

  it.each([
    [['--frobnicate'], "latchkey: unknown option '--frobnicate'"],
    [['kye'], "latchkey: unknown command 'kye'"],
    [['key', 'lits'], "latchkey: unknown command 'lits'"],
    [['key', 'list'], 'latchkey: Name the workspace: give --workspace, or set LATCHKEY_WORKSPACE.'],
    [['key', 'delete', '--workspace', 'x'], "latchkey: missing required argument 'id'"],
    [['key', 'create', '--workspace', 'x', '--name', 'x'], 'latchkey: --permission or --role must be given'],
    [['role', 'create', '--workspace', 'x'], "latchkey: required option '--name <text>' not specified"],
    [['role', 'update', '--workspace', 'x', '--name', 'x'], "latchkey: missing required argument 'id'"],
    [['member', 'set', '--workspace', 'x'], "latchkey: missing required argument 'subject'"],
    [['workspace', 'rename', 'x', '--name', ''], 'latchkey: name must have 1 to 100 characters.'],
    [['migrate', 'now'], 'latchkey: too many arguments'],
    [['audit', 'export', '--format', 'xml'], 'latchkey: format must be one of: ndjson.'],
    [['audit', 'export', '--from', 'yesterday'], 'latchkey: from must be'],
    [['workspace', 'create', '--name', ''], 'latchkey: name must have 1 to 100 characters.'],
  ])('2: %j is a wrong usage, and touches nothing', async (args, message) => {
    const { code, stdout, stderr } = await commandLine.run(...args);

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(existsSync(store.url.replace('sqlite:', ''))).toBe(false);
  });

  it.each([
    [['--frobnicate'], 'usage.invalid', "unknown option '--frobnicate'"],
    [['key', 'list'], 'request.invalid', 'Name the workspace: give --workspace, or set LATCHKEY_WORKSPACE.'],
    [['audit', 'export', '--format', 'xml'], 'usage.invalid', "unknown option '--json'"],
  ])('2: %j --json says so in JSON', async (args, errorCode, message) => {
    const { code, stdout, stderr } = await commandLine.run(...args, '--json');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ success: false, code: errorCode, message });
  });

  it('1: a refusal and a bad environment have their codes with --json', async () => {
    await commandLine.json('migrate');
    const list = ['key', 'list', '--workspace', 'nobody', '--json'];
    const refused = await commandLine.run(...list);
    const misconfigured = await new CommandLine(store, { PORT: 'http' }).run(...list);

    expect([refused.code, misconfigured.code]).toEqual([1, 1]);
    expect(JSON.parse(refused.stderr)).toEqual({
      success: false,
      code: 'workspace.not_found',
      message: 'The workspace does not exist.',
    });
    expect(JSON.parse(misconfigured.stderr)).toMatchObject({ code: 'environment.invalid' });
  });

  it('2: without a command, it prints its help on stderr', async () => {
    const { code, stdout, stderr } = await commandLine.run();

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: latchkey');
  });

  it('0: --help and --version print on stdout', async () => {
    const help = await commandLine.run('key', 'create', '--help');
    const version = await commandLine.run('--version');

    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('--permission <name>');
    expect(version).toMatchObject({ code: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('1: names every variable of the environment that is wrong', async () => {
    const misconfigured = new CommandLine(store, { PORT: 'http', LOG_LEVEL: 'loud' });

    const { code, stdout, stderr } = await misconfigured.run('workspace', 'list');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^latchkey: PORT must be .*\nlatchkey: LOG_LEVEL must be .*\n$/);
  });

  it('1: a database that cannot be opened is one line', async () => {
    const unreachable = new CommandLine(store, { DATABASE_URL: 'postgres://app:hunter2secret@127.0.0.1:1/app' });

    for (const args of [['workspace', 'list'], ['migrate'], ['serve']]) {
      const { code, stdout, stderr } = await unreachable.run(...args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^latchkey: DATABASE_URL: the database cannot be opened: connect ECONNREFUSED .*\n$/);
      expect(stderr).not.toContain('hunter2secret');
    }
  });
});
