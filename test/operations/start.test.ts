import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Child, type Ending } from '../support/child-service.js';
import { Client } from '../support/client.js';
import { CommandLine } from '../support/command-line.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

const OPERATOR_KEY = /^Operator key: (lk_[0-9A-Za-z]{49})$/m;

describe('Starting', () => {
  const children: Child[] = [];

  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.dispose()));
  });

  const start = async (variables: Record<string, string>): Promise<Child> => {
    const child = await Child.run('main.js', [], { PORT: '0', ...variables });
    children.push(child);
    return child;
  };
  const failToStart = async (variables: Record<string, string>): Promise<Ending> => (await start(variables)).ended;

  it('1: names every variable that is wrong on a line of its own, and shows no secret', async () => {
    const ending = await failToStart({
      PORT: 'http',
      DATABASE_URL: 'mysql://app:hunter2secret@db/app',
      LATCHKEY_OPERATOR_KEY: 'tooshortasecret',
    });

    expect(ending).toMatchObject({ code: 1, stdout: '' });
    expect(ending.stderr).toMatch(
      /^latchkey: PORT .*\nlatchkey: DATABASE_URL .*\nlatchkey: LATCHKEY_OPERATOR_KEY .*\n$/,
    );
    expect(ending.stderr).not.toMatch(/hunter2secret|tooshortasecret/);
  });

  it.each(['json', 'pretty'])('1: a PostgreSQL that cannot be reached is one line (%s)', async (format) => {
    const ending = await failToStart({
      DATABASE_URL: 'postgres://app:hunter2secret@127.0.0.1:1/app',
      LOG_FORMAT: format,
    });

    expect(ending).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'latchkey: DATABASE_URL: the database cannot be opened: connect ECONNREFUSED 127.0.0.1:1.\n',
    });
  });

  it('1: a PostgreSQL that refuses the password is one line without it', async () => {
    const store = await createStore('postgres');
    const url = new URL(store.url);
    url.password = 'hunter2secret';
    url.username = 'nobody_at_all';

    const { code, stdout, stderr } = await failToStart({ DATABASE_URL: url.href });

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^latchkey: DATABASE_URL: the database cannot be opened: .*nobody_at_all.*\n$/);
    expect(stderr).not.toContain('hunter2secret');
    await store.drop();
  });

  it('1: a SQLite path that cannot be a database is one line', async () => {
    const store = await createStore('sqlite');
    const file = `${store.url.replace('sqlite:', '')}.txt`;
    await writeFile(file, 'Certainly no database. '.repeat(100));

    const notADatabase = await failToStart({ DATABASE_URL: `sqlite:${file}` });
    const belowAFile = await failToStart({ DATABASE_URL: `sqlite:${join(file, 'latchkey.db')}` });

    for (const { code, stdout, stderr } of [notADatabase, belowAFile]) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^latchkey: DATABASE_URL: the database cannot be opened: .+\n$/);
    }
    await store.drop();
  });

  forEachStore((kind) => {
    it('1: `latchkey serve` ends where a port is in use, though it has begun on the database', async () => {
      const store = await createStore(kind);
      const occupant = createServer().listen(0, '127.0.0.1');
      await once(occupant, 'listening');
      const { port } = occupant.address() as AddressInfo;

      const child = await Child.run('cli/main.js', ['serve'], { DATABASE_URL: store.url, PORT: String(port) });
      children.push(child);

      expect(await child.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('EADDRINUSE') });
      occupant.close();
      await store.drop();
    });
  });

  it('1: a port in use is one line, shows no operator key and leaves no record of a start', async () => {
    const store = await createStore('sqlite');
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as AddressInfo;

    const ending = await failToStart({ DATABASE_URL: store.url, PORT: String(port) });

    expect(ending).toMatchObject({ code: 1, stdout: '' });
    expect(ending.stderr).toMatch(/^latchkey: HOST and PORT: cannot listen there: .*EADDRINUSE.*\n$/);
    const { stdout } = await new CommandLine(store).run('audit', 'export', '--action', 'system.started');
    expect(stdout).toBe('');
    occupant.close();
    await store.drop();
  });

  forEachStore((kind) => {
    const stores: Store[] = [];

    const newStore = async (): Promise<Store> => {
      const store = await createStore(kind);
      stores.push(store);
      return store;
    };

    // After the children are gone.
    afterAll(async () => {
      await Promise.all(stores.map((store) => store.drop()));
    });

    const startAndWait = async (variables: Record<string, string>) => {
      const child = await start(variables);
      const [, url = ''] = await child.wrote(/Listening on (http:\/\/[^/"\s]+)/);
      const stop = async (): Promise<string> => {
        child.signal('SIGTERM');
        return (await child.ended).stdout;
      };
      return { client: await Client.of(url), stop };
    };

    it('prints the operator key it generated, on the first start only, and it stays the key', async () => {
      const { url: DATABASE_URL } = await newStore();
      const first = await startAndWait({ DATABASE_URL });
      const firstOutput = await first.stop();
      const [, key = ''] = OPERATOR_KEY.exec(firstOutput) ?? [];

      const second = await startAndWait({ DATABASE_URL });
      const answer = await second.client.as(key).get('/workspace');
      const secondOutput = await second.stop();

      expect(answer.status).toBe(200);
      expect(firstOutput.split(key)).toHaveLength(2);
      expect(secondOutput).not.toContain('Operator key');
      expect(secondOutput).not.toContain(key);
    });

    it('accepts the operator key it is given, next to that of the first start, and shows none then', async () => {
      const { url: DATABASE_URL } = await newStore();
      const first = await startAndWait({ DATABASE_URL });
      const [, generated = ''] = OPERATOR_KEY.exec(await first.stop()) ?? [];
      const given = generateKey('op');

      const second = await startAndWait({ DATABASE_URL, LATCHKEY_OPERATOR_KEY: given });
      await second.client.as(given).get('/workspace').expect(200);
      await second.client.as(generated).get('/workspace').expect(200);

      const output = await second.stop();
      expect(output).not.toContain(given);
      expect(output).not.toMatch(OPERATOR_KEY);
    });

    it('makes the operator first at the first start that has none, however many instances start', async () => {
      const { url: DATABASE_URL } = await newStore();
      const given = generateKey('op');
      const withGiven = await startAndWait({ DATABASE_URL, LATCHKEY_OPERATOR_KEY: given });
      expect(await withGiven.stop()).not.toMatch(OPERATOR_KEY);

      const instances = kind === 'postgres' ? 2 : 1;
      const without = await Promise.all(Array.from({ length: instances }, () => startAndWait({ DATABASE_URL })));
      const keys = (await Promise.all(without.map(({ stop }) => stop()))).flatMap(
        (output) => OPERATOR_KEY.exec(output)?.[1] ?? [],
      );

      expect(keys).toHaveLength(1);
      const again = await startAndWait({ DATABASE_URL });
      const { body } = await again.client
        .as(keys[0] ?? '')
        .get('/me')
        .expect(200);
      expect(body.principal).toMatchObject({ type: 'operator', display: 'first' });
      await again.client.as(given).get('/me').expect(401);
      await again.stop();
    });

    it('says in a few lines where it listens and where the documentation is', async () => {
      const { url: DATABASE_URL } = await newStore();

      const { client, stop } = await startAndWait({
        DATABASE_URL,
        LOG_FORMAT: 'pretty',
        LATCHKEY_DOCS: 'on',
        LATCHKEY_LEASE_MS: '10000',
        LATCHKEY_OPERATOR_KEY: generateKey('op'),
      });

      const lines = (await stop()).split('\n').filter((line) => !line.includes('Http: request'));
      expect(lines.map((line) => line.replace(/^\[[\d:.]+\] INFO: /, ''))).toEqual([
        `Latchkey: Listening on ${client.url}/api/v1`,
        `Latchkey: Swagger UI on ${client.url}/docs`,
        expect.stringContaining('Latchkey: Stopping on SIGTERM'),
        'Latchkey: Stopped',
        '',
      ]);
    });
  });
});
