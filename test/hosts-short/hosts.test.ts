import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createLatchkeyClient, unwrap } from '../../client/src/index.js';
import { pack } from '../hosts/support/pack.mjs';
import { Project, WITHOUT_COMPILING } from '../hosts/support/project.js';
import { run } from '../hosts/support/run.js';
import { RunningHost } from '../hosts/support/running-host.js';
import { eventually } from '../support/eventually.js';

const TIMEOUT_MS = 600_000;

const MOST_BYTES = 150_000_000;
/** What compiles, and what tests. */
const TOOLS = [
  'typescript',
  'esbuild',
  'tsx',
  'ts-node',
  'jest',
  'eslint',
  'prettier',
  '@swc',
  '@jest',
  '@nestjs/cli',
  '@nestjs/testing',
];

let tarball: string;
let serverTarball: string;
let clientTarball: string;

beforeAll(async () => {
  // One after the other: they are built in the same folders.
  tarball = await pack();
  serverTarball = await pack('server');
  clientTarball = await pack('client');
}, TIMEOUT_MS);

afterAll(() =>
  Promise.all([tarball, serverTarball, clientTarball].map((file) => rm(dirname(file), { recursive: true }))),
);

describe('the packages', () => {
  it.each(['publint', 'attw'])(
    'are without fault to %s',
    async (linter) => {
      const program = join('node_modules', '.bin', linter);

      for (const packed of [tarball, serverTarball, clientTarball])
        await run(program, [packed], { folder: process.cwd(), timeoutMs: TIMEOUT_MS });
    },
    TIMEOUT_MS,
  );

  it('have one version, by which the server needs the library', async () => {
    const [library, server, client] = await Promise.all(['.', 'server', 'client'].map(manifestOf));
    expect([server?.version, client?.version]).toEqual([library?.version, library?.version]);
    expect(server?.dependencies['latchkey']).toBe(library?.version);
  });

  it('carry the documents that theirs link to', async () => {
    for (const packed of [tarball, serverTarball, clientTarball]) {
      const files = await unpacked(packed);
      const documents = [...files].filter(([name]) => name.endsWith('.md'));
      expect(documents.map(([name]) => name)).toContain('package/README.md');
      const broken = documents.flatMap(([name, text]) =>
        [...text.matchAll(/\]\(([^)\s#]+)/g)]
          .map(([, target = '']) => target)
          .filter((target) => !/^[a-z]+:/.test(target))
          .map((target) => join(dirname(name), target).replace(/\/$/, ''))
          .filter((path) => ![...files.keys()].some((file) => file === path || file.startsWith(`${path}/`)))
          .map((path) => `${name} links to ${path}`),
      );
      expect(broken).toEqual([]);
    }
  });
});

describe('the packages of the library and the server, in an empty folder', () => {
  const operatorKey = randomBytes(33).toString('base64');
  let project: Project;

  beforeAll(async () => {
    project = await Project.create();
    const install = `npm install --no-audit --no-fund --prefer-offline --loglevel=error '${tarball}' '${serverTarball}'`;
    await project.shell(install, WITHOUT_COMPILING);
    await project.useCompiledSqlite();
  }, TIMEOUT_MS);

  afterAll(() => project.remove());

  it(
    'are a service, by `npx latchkey serve`',
    async () => {
      expect(await project.shell('npx latchkey --version')).toBe(`${(await manifestOf('server')).version}\n`);
      const service = await RunningHost.start(project, ['node_modules/.bin/latchkey', 'serve'], {
        LATCHKEY_OPERATOR_KEY: operatorKey,
      });
      try {
        const apiKey = await createKey(`${service.url}/api/v1`, operatorKey, 'apikeys:view');
        expect((await service.get('/api/v1/apikey', apiKey)).status).toBe(200);
        expect((await service.get('/api/v1/apikey')).status).toBe(401);
        expect((await service.get('/docs')).status).toBe(200);
      } finally {
        await service.stop();
      }
    },
    TIMEOUT_MS,
  );

  it('take less than 150 MB, and bring nothing that compiles or tests', async () => {
    const entries = await readdir(project.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    // What sqlite3 was compiled from here: elsewhere it is downloaded.
    const installed = files.filter((file) => !file.includes('/sqlite3/build/') || file.endsWith('/node_sqlite3.node'));
    const sizes = await Promise.all(installed.map(async (file) => (await stat(file)).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
    const folders = new Set(
      entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name)),
    );
    expect(TOOLS.filter((tool) => [...folders].some((folder) => folder.endsWith(`/node_modules/${tool}`)))).toEqual([]);
  });

  it(
    'have one copy of what they share',
    async () => {
      const manifests = (await readdir(project.folder, { recursive: true })).filter((file) =>
        /node_modules\/(?:latchkey|typeorm|class-validator|@nestjs\/\w+)\/package\.json$/.test(file),
      );
      expect(manifests.length).toBeGreaterThan(5);
      expect(manifests.filter((file) => file.lastIndexOf('node_modules') > 0)).toEqual([]);
      await project.shell('npm ls --all');
    },
    TIMEOUT_MS,
  );
});

describe('the package of the client, in an empty folder', () => {
  it(
    'works for import and for require, without Nest',
    async () => {
      const project = await Project.create();
      try {
        await project.shell(`npm install --no-audit --no-fund --prefer-offline '${clientTarball}'`);
        const use = `createLatchkeyClient({ baseUrl: 'http://127.0.0.1:1', apiKey: 'lk_1' }).GET.call.name`;
        await project.write({
          'imports.mjs': `import { createLatchkeyClient } from '@latchkey/client';\nconsole.log(${use});\n`,
          'requires.cjs': `const { createLatchkeyClient } = require('@latchkey/client');\nconsole.log(${use});\n`,
        });
        for (const program of ['imports.mjs', 'requires.cjs']) expect(await project.node([program])).toBe('call\n');
        const installed = (await readdir(join(project.folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
        expect(installed.sort()).toEqual(['@latchkey', 'openapi-fetch', 'openapi-typescript-helpers']);
      } finally {
        await project.remove();
      }
    },
    TIMEOUT_MS,
  );
});

describe('the README', () => {
  let project: Project;
  let host: RunningHost | undefined;

  beforeAll(async () => {
    project = await Project.create();
  });

  afterAll(async () => {
    await host?.stop();
    await project.remove();
  });

  it(
    'shows a guarded route in at most 15 lines',
    async () => {
      const [install = '', code = '', build = ''] = await blocksOf('README.md', 'embed');
      expect(code.split('\n').filter((line) => line.trim()).length).toBeLessThanOrEqual(15);
      const [compile = '', ...start] = build.trim().split('\n');
      expect(start).toEqual(['export OPERATOR_KEY="$(openssl rand -base64 33)"', 'node main.js']);
      const operator = randomBytes(33).toString('base64');

      await project.write({ 'main.ts': code });
      await project.shell(install.replace(' latchkey ', ` '${tarball}' `), WITHOUT_COMPILING);
      await project.useCompiledSqlite();
      await project.shell(compile);
      host = await RunningHost.start(project, ['main.js'], { OPERATOR_KEY: operator });

      const apiKey = await createKey(`${host.url}/latchkey`, operator, 'orders:view');
      const withKey = await host.get('/orders', apiKey);
      expect(await withKey.json()).toEqual(['Teapot']);
      expect((await host.get('/orders')).status).toBe(401);
    },
    TIMEOUT_MS,
  );
});

describe.each([
  { example: 'shop', path: '/orders', says: /^First key: shop_\w+$/m },
  { example: 'legacy', path: '/api/v1/invoices', says: /^Password of alice and bob: \S+$/m },
])('the example $example', ({ example, path, says }) => {
  let project: Project;

  beforeAll(async () => {
    project = await Project.create();
    await project.copy(join('examples', example));
    await project.shell(`npm pkg set dependencies.latchkey='file:${tarball}'`);
    if (example === 'shop') await project.shell(`npm pkg set devDependencies.@latchkey/client='file:${clientTarball}'`);
    await (example === 'legacy' ? project.installWithSqlite() : project.install());
  }, TIMEOUT_MS);

  afterAll(() => project.remove());

  it('passes its own tests', () => project.shell('npm test').then(() => undefined), TIMEOUT_MS);

  it(
    'starts with one command, guards its routes and ends when it is told to',
    async () => {
      await project.shell('npm run build');
      const host = await RunningHost.start(project, ['dist/main.js']);
      try {
        expect((await host.get(path)).status).toBe(401);
        await eventually('it says how to get in', () => says.test(host.output) || undefined);
      } finally {
        await host.stop();
      }
    },
    TIMEOUT_MS,
  );
});

async function manifestOf(folder: string): Promise<{ version: string; dependencies: Record<string, string> }> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as never;
}

/** The files of a tarball by their paths in it. */
async function unpacked(packed: string): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-unpacked-'));
  try {
    await run('tar', ['-xzf', packed, '-C', folder], { folder, timeoutMs: TIMEOUT_MS });
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new Map(
      await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path, 'utf8')] as const)),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The fenced blocks of that kind, whatever language they are in. */
async function blocksOf(file: string, kind: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`\\w+ ${kind}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block);
}

async function createKey(baseUrl: string, operator: string, permission: string): Promise<string> {
  const asOperator = createLatchkeyClient({ baseUrl, apiKey: operator });
  const { id: workspaceId } = unwrap(await asOperator.POST('/workspace', { body: { name: 'Shop' } }));
  const inWorkspace = createLatchkeyClient({ baseUrl, apiKey: operator, workspaceId });
  const { apiKey } = unwrap(
    await inWorkspace.POST('/apikey', { body: { keyName: 'Till', permissions: [permission] } }),
  );
  return apiKey;
}
