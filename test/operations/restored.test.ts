import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createService, servingOptions } from '../../server/src/app.setup.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { readEnvironment } from '../../server/src/config/environment.js';
import { backUp, empty, fileOf } from '../support/backup.js';
import { Child } from '../support/child-service.js';
import { Client, type Body } from '../support/client.js';
import { CommandLine } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { createStore, forEachStore, type Store, type StoreKind } from '../support/stores.js';

const OLDER = /^latchkey: The database is older than what was last acknowledged.*--accept-restored.*\.\n$/;

/** A database, what is noted of it, and what serves it. */
class Machine {
  readonly operatorKey = generateKey('op');
  readonly variables: Record<string, string>;
  private readonly children: Child[] = [];

  private constructor(
    readonly store: Store,
    readonly folder: string,
  ) {
    this.variables = {
      DATABASE_URL: store.url,
      PORT: '0',
      LATCHKEY_OPERATOR_KEY: this.operatorKey,
      LATCHKEY_DOCS: 'off',
      LATCHKEY_LEASE_MS: '10000',
      LOG_LEVEL: 'silent',
      // By default next to the file of SQLite.
      ...(store.kind === 'postgres' && { LATCHKEY_STATE_DIR: join(folder, 'state') }),
    };
  }

  static async of(kind: StoreKind): Promise<Machine> {
    return new Machine(await createStore(kind), await mkdtemp(join(tmpdir(), 'latchkey-machine-')));
  }

  /** Serves in this process, for as long as `use` takes. */
  async serve<T>(
    use: (operator: Client) => Promise<T>,
    { acceptRestored = false, ...variables }: { acceptRestored?: boolean; LATCHKEY_STATE_DIR?: string } = {},
  ): Promise<T> {
    const environment = readEnvironment({ ...this.variables, ...variables });
    const { app } = await createService(environment, servingOptions(environment, acceptRestored));
    try {
      await app.listen(0, '127.0.0.1');
      return await use((await Client.of(await app.getUrl())).as(this.operatorKey));
    } finally {
      await app.close();
    }
  }

  async start(...args: string[]): Promise<Child> {
    const child = await Child.run('cli/main.js', ['serve', ...args], { ...this.variables, LOG_LEVEL: 'info' });
    this.children.push(child);
    return child;
  }

  async assertRefused(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await (await this.start(...args)).ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(OLDER)]);
    expect(stdout).not.toContain('Listening');
    return stderr;
  }

  async markPath(): Promise<string> {
    const isSqlite = this.store.kind === 'sqlite';
    const folder = isSqlite ? dirname(fileOf(this.store)) : join(this.folder, 'state');
    const [name = '', ...more] = (await readdir(folder)).filter((each) => each.endsWith('.mark'));
    expect([name, more]).toEqual([
      expect.stringMatching(isSqlite ? /^latchkey\.db-.{36}\.mark$/ : /^.{36}\.mark$/),
      [],
    ]);
    return join(folder, name);
  }

  async dispose(): Promise<void> {
    for (const child of this.children) await child.dispose();
    await this.store.drop();
    await rm(this.folder, { recursive: true });
  }
}

const newKey = async (operator: Client): Promise<{ id: string; workspaceId: string; secret: string }> => {
  const workspaceId = (await operator.post('/workspace', { name: 'Acme' }).expect(201)).body.id;
  const settings = { keyName: 'Key', permissions: ['apikeys:view'] };
  const { id, apiKey } = (await operator.in(workspaceId).post('/apikey', settings).expect(201)).body;
  return { id, workspaceId, secret: apiKey };
};

const accepted = async (operator: Client): Promise<Body[]> =>
  (await operator.in('*').get('/audit?action=audit.log_restored').expect(200)).body.data;

describe('A restored backup', () => {
  forEachStore((kind) => {
    let machine: Machine;
    let warnings: jest.SpiedFunction<Logger['warn']>;
    let errors: jest.SpiedFunction<Logger['error']>;

    beforeEach(async () => {
      machine = await Machine.of(kind);
      warnings = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
      errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    });

    afterEach(async () => {
      jest.restoreAllMocks();
      await machine.dispose();
    });

    it('is not served, until it is reconciled with the trail and accepted', async () => {
      const key = await machine.serve(newKey);
      const restore = await backUp(machine.store);
      await machine.serve((operator) => operator.in(key.workspaceId).delete(`/apikey/${key.id}`).expect(200));
      const commandLine = new CommandLine(machine.store, machine.variables);
      const trail = join(machine.folder, 'trail.ndjson');
      expect((await commandLine.run('audit', 'export', '--output', trail)).code).toBe(0);

      await restore();

      const refusal = await machine.assertRefused();
      const noted = await readFile(await machine.markPath(), 'utf8');
      const { steps } = await commandLine.json('restore', 'reconcile', '--trail', trail);
      expect(steps).toMatchObject([{ what: 'apikey', id: key.id }]);
      expect(warnings).toHaveBeenCalledWith(expect.stringContaining('The database is older'));
      // What a tool does meanwhile is not taken for a start on the latest state.
      expect(await readFile(await machine.markPath(), 'utf8')).toBe(noted);

      const child = await machine.start('--accept-restored');
      const [, url = ''] = await child.wrote(/Listening on (http:\/\/[^/"\s]+)/);
      const operator = (await Client.of(url)).as(machine.operatorKey);
      await operator.as(key.secret).get('/apikey').expect(401);
      const records = await accepted(operator);
      expect(records).toMatchObject([
        { actor: { type: 'system' }, targets: [{ type: 'database' }], changes: [{ field: 'missingRecords' }, {}, {}] },
      ]);
      const [missing, from, to] = records[0]!.changes.map(({ before }: Body) => before);
      expect(refusal).toContain(`${missing} records, of ${from} to ${to},`);
      const query = `/audit?targetId=${key.id}&limit=1&action=apikey.deleted`;
      expect((await operator.in('*').get(query).expect(200)).body.data).toMatchObject([
        { reason: expect.stringContaining('brought back by a restored backup'), workspaceId: key.workspaceId },
      ]);
      child.signal('SIGTERM');
      expect((await child.ended).code).toBe(0);

      await machine.serve((next) => next.as(key.secret).get('/apikey').expect(401));
      await machine.serve(async (next) => expect(await accepted(next)).toHaveLength(1), { acceptRestored: true });
      expect(warnings).toHaveBeenCalledWith(expect.stringContaining('Start without --accept-restored'));
    });

    it('is noticed also after a kill: what was answered is noted while it is served, in a file of its owner only', async () => {
      await machine.serve(async (operator) => {
        await operator.post('/workspace', { name: 'Acme' }).expect(201);
        const { data } = (await operator.in('*').get('/audit?action=workspace.created').expect(200)).body;
        const path = await machine.markPath();
        await eventually('noted', async () => (await readFile(path, 'utf8')).includes(data[0].id) || undefined, 5000);
        expect((await stat(path)).mode & 0o777).toBe(0o600);
      });
    });

    it('is noticed after another database was served in its place', async () => {
      await machine.serve(newKey);
      const restore = await backUp(machine.store);
      await machine.serve(newKey);
      await empty(machine.store);
      await machine.serve(newKey);

      await restore();

      await machine.assertRefused();
    });

    it('is served, with a warning, where nothing is noted', async () => {
      const nothingNoted = expect.objectContaining({ message: expect.stringContaining('Nothing is noted here') });
      await machine.serve(newKey);
      expect(warnings).not.toHaveBeenCalledWith(nothingNoted);
      await rm(await machine.markPath());

      await machine.serve(newKey);
      expect(warnings).toHaveBeenCalledWith(nothingNoted);

      warnings.mockClear();
      await machine.serve(newKey);
      expect(warnings).not.toHaveBeenCalledWith(nothingNoted);
    });

    it('is served where nothing can be noted, and that is an error in the log', async () => {
      await machine.serve(newKey, { LATCHKEY_STATE_DIR: '/sys/none' });
      const cannotBeNoted = { message: expect.stringContaining('cannot be noted outside of the database') };
      expect(errors.mock.calls).toEqual([[expect.objectContaining(cannotBeNoted)]]);
    });

    it('is not served where the note is damaged', async () => {
      await machine.serve(newKey);
      const path = await machine.markPath();
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.slice(0, -10));

      expect(await (await machine.start()).ended).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`${path} does not tell what was last acknowledged`),
      });
      // A command may be needed to find out.
      expect((await new CommandLine(machine.store, machine.variables).run('operator', 'list')).code).toBe(0);
      await writeFile(path, text);
      await machine.serve(newKey);
    });
  });

  it('is accepted once for several workers', async () => {
    const machine = await Machine.of('postgres');
    try {
      await machine.serve(newKey);
      const restore = await backUp(machine.store);
      await machine.serve(newKey);
      await restore();

      await machine.assertRefused('--workers', '2');
      const child = await machine.start('--workers', '2', '--accept-restored');
      const [, url = ''] = await child.wrote(/Listening on (http:\/\/[^/"\s]+)/);
      expect(await accepted((await Client.of(url)).as(machine.operatorKey))).toHaveLength(1);
      child.signal('SIGTERM');
      await child.ended;
    } finally {
      await machine.dispose();
    }
  });
});
