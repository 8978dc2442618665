import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PERMISSIONS } from '../../src/identity/permission-catalogue.js';
import { settleWorkspace, WorkspaceOption } from '../../server/src/cli/options.js';
import { statusOf } from '../../src/kernel/latchkey-error.js';
import { readEnvironment } from '../../server/src/config/environment.js';
import { ERRORS } from '../../src/latchkey.errors.js';
import { EVENT_CATALOGUE } from '../../src/latchkey.module.js';
import { tableOf } from '../support/markdown.js';

const PACKAGES = ['.', 'server', 'client'];
type Manifest = Partial<Record<'dependencies' | 'devDependencies' | 'peerDependencies', Record<string, string>>>;

const STATUS_OF_CODE = new Map(ERRORS.map((each) => [each.code, statusOf(each)]));

describe('the documentation and the code name the same', () => {
  it('errors, with their status', async () => {
    const rows = await tableOf('docs/errors.md', 'code');
    expect(rows.map(([code, status]) => [code, Number(status)])).toEqual(sortedBy(rows, [...STATUS_OF_CODE]));
    for (const [, , when, advice] of rows)
      expect([when, advice]).toEqual([expect.stringMatching(/.{8}/), expect.stringMatching(/.{8}\.$/)]);
  });

  it('errors, each class of which is in a manifest or of no feature', async () => {
    const classes = [...(await sources()).matchAll(/^export class (\w+) extends (\w+Error)\b/gm)];
    const ours = new Set(['LatchkeyError']);
    for (const [, name, base] of classes) if (ours.has(base!)) ours.add(name!);
    ours.delete('LatchkeyError');
    expect(ours.size).toBeGreaterThan(40);
    expect(ERRORS.map(({ name }) => name).sort()).toEqual([...ours].sort());
  });

  it('events, with their outcome', async () => {
    const rows = await tableOf('docs/events.md', 'action');
    expect(rows.map(([action]) => action).sort()).toEqual(EVENT_CATALOGUE.map(({ action }) => action).sort());
    for (const [action, outcome] of rows) {
      const expected =
        { 'auth.failed': 'denied', 'auth.denied': 'denied', 'request.failed': 'failure' }[action!] ?? 'success';
      expect([action, outcome]).toEqual([action, expected]);
    }
  });

  it('permissions, in the same words', async () => {
    const rows = await tableOf('docs/permissions.md', 'permission');
    expect(rows).toEqual(
      PERMISSIONS.map(({ name, description, grantable }) => [name, description, grantable ? 'yes' : 'no']),
    );
  });

  it('variables in the file to begin with, which changes nothing', async () => {
    const text = (await readFile('.env.example', 'utf8')).replaceAll(/^#(?=[A-Z])/gm, '');
    const variables = Object.fromEntries(
      text
        .split('\n')
        .flatMap((line) => [/^([A-Z_]+)=(.*)$/.exec(line)?.slice(1) ?? []].filter(({ length }) => length > 0)),
    );
    const rows = await tableOf('README.md', 'variable');
    expect(Object.keys(variables)).toEqual(rows.map(([name]) => name));
    expect(readEnvironment(variables, false)).toEqual(readEnvironment({}, false));
  });

  it('variables of the environment, with their defaults', async () => {
    const asked: string[] = [];
    const variables = new Proxy<NodeJS.ProcessEnv>({}, { get: (_, name) => void asked.push(String(name)) });
    const { host, port, databaseUrl, keyPrefix, trustProxy, logLevel } = readEnvironment(variables, true);
    settleWorkspace(new Command().addOption(new WorkspaceOption(false)), variables);

    const rows = await tableOf('README.md', 'variable');
    expect(rows.map(([name]) => name).sort()).toEqual([...new Set(asked)].sort());
    expect(Object.fromEntries(rows)).toMatchObject({
      HOST: host,
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      LATCHKEY_KEY_PREFIX: keyPrefix,
      TRUST_PROXY: String(trustProxy),
      LOG_LEVEL: logLevel,
    });
    const operations = await readFile('docs/operations.md', 'utf8');
    for (const name of asked) expect(operations).toContain(`\`${name}`);
  });

  it('dependencies', async () => {
    const manifests = await Promise.all(PACKAGES.map(manifestOf));
    const rows = await tableOf('docs/decisions/0012-dependencies.md', 'package');
    const names = rows.map(([name = '']) => name);
    const needed = manifests.flatMap(({ dependencies = {}, peerDependencies = {} }) =>
      Object.keys({ ...dependencies, ...peerDependencies }),
    );
    needed.push(...(await importedPackages()));
    const others = new Set(needed.filter((name) => name !== 'latchkey'));
    expect([...others].filter((name) => !names.includes(name))).toEqual([]);
    const here = manifests.flatMap(({ dependencies, devDependencies, peerDependencies }) =>
      Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }),
    );
    expect(names.filter((name) => !here.includes(name))).toEqual([]);
  });
});

/** The entries in the order of the rows, those without a row last: so that a difference shows the row that is wrong. */
function sortedBy<T>(rows: string[][], entries: [string, T][]): [string, T][] {
  const order = rows.map(([name]) => name);
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return entries.sort(([a], [b]) => placeOf(a) - placeOf(b));
}

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

async function sources(): Promise<string> {
  const texts = PACKAGES.map(async (folder) => {
    const source = join(folder, 'src');
    const files = (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.ts'));
    return Promise.all(files.map((name) => readFile(join(source, name), 'utf8')));
  });
  return (await Promise.all(texts)).flat().join('\n');
}

async function importedPackages(): Promise<string[]> {
  const imports = [...(await sources()).matchAll(/(?:from|import\() ?'((?:@[\w-]+\/)?[\w-]+)/g)];
  return imports.map(([, name = '']) => name).filter((name) => name !== 'node');
}
