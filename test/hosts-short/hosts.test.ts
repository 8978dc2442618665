import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createLatchkeyClient, unwrap } from '../../client/src/index.js';
import { pack } from '../hosts/support/pack.mjs';
import { Project, WITHOUT_COMPILING } from '../hosts/support/project.js';
import { run } from '../hosts/support/run.js';
import { RunningHost } from '../hosts/support/running-host.js';
import { eventually } from '../support/eventually.js';

const TIMEOUT_MS = 600_000;

let tarball: string;
let clientTarball: string;

beforeAll(async () => {
  tarball = await pack();
  clientTarball = await pack('client');
}, TIMEOUT_MS);

afterAll(() => Promise.all([tarball, clientTarball].map((file) => rm(dirname(file), { recursive: true }))));

describe('the packages', () => {
  it.each(['publint', 'attw'])('are without fault to %s', async (linter) => {
    const program = join('node_modules', '.bin', linter);

    for (const packed of [tarball, clientTarball])
      await run(program, [packed], { folder: process.cwd(), timeoutMs: TIMEOUT_MS });
  });
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
