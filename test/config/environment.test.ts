import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError, readEnvironment } from '../../server/src/config/environment.js';

const faultsOf = (variables: Record<string, string>): readonly string[] => {
  try {
    readEnvironment(variables, false);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.faults;
    throw error;
  }
};

describe('readEnvironment', () => {
  it('has a default for everything', () => {
    expect(readEnvironment({}, false)).toEqual({
      host: '127.0.0.1',
      port: 3000,
      databaseUrl: 'sqlite:./data/latchkey.db',
      operatorKey: undefined,
      keyPrefix: 'lk',
      cacheSize: 100_000,
      leaseMs: 2000,
      directUrl: undefined,
      canary: false,
      docs: true,
      drainMs: 5000,
      trustProxy: false,
      logLevel: 'info',
      logFormat: 'json',
    });
    expect(readEnvironment({}, true)).toMatchObject({ logFormat: 'pretty', drainMs: 0 });
  });

  it('counts an empty variable as absent', () => {
    expect(readEnvironment({ PORT: '', DATABASE_URL: '', LATCHKEY_OPERATOR_KEY: '', TRUST_PROXY: '' }, false)).toEqual(
      readEnvironment({}, false),
    );
  });

  it.each([
    ['HOST', ['0.0.0.0', '::1', 'api.example.com', 'localhost']],
    ['PORT', ['0', '80', '65535']],
    ['DATABASE_URL', ['sqlite:/var/lib/latchkey.db', 'postgres://u:p%40ss@db:5432/x', 'postgresql://db/x']],
    ['LATCHKEY_OPERATOR_KEY', ['choose-one-of-32-characters-or-more', randomBytes(384).toString('base64')]],
    ['LATCHKEY_KEY_PREFIX', ['acme', 'acme_live', 'K', 'k234567890123456']],
    ['METRICS_ADDRESS', ['127.0.0.1:9464', 'localhost:0', '[::1]:9464', 'metrics.internal:65535']],
    ['TRUST_PROXY', ['false', '1', '2', '10.0.0.0/8', '10.0.0.1, 2001:db8::/32']],
    ['LATCHKEY_CANARY', ['on', 'off']],
    ['LATCHKEY_DRAIN_MS', ['0', '600000']],
    ['LATCHKEY_DOCS', ['on', 'off']],
    ['LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']],
    ['LOG_FORMAT', ['pretty', 'json']],
  ])('accepts %s: %j', (name, values) => {
    for (const value of values) expect(faultsOf({ [name]: value })).toEqual([]);
  });

  it.each([
    ['HOST', ['two words', 'a/b', 'x'.repeat(256)]],
    ['PORT', ['http', '-1', '65536', '3e3', '0x50', '80 ', '1.5']],
    [
      'DATABASE_URL',
      ['sqlite:', 'sqlite::memory:', 'mysql://u:p@h/d', 'postgres:', '/data/x.db', 'postgres://u:100%@h/d'],
    ],
    [
      'LATCHKEY_OPERATOR_KEY',
      ['choose-one-of-32-characters-or-', 'k'.repeat(32), 'choose-one-of-32-characters or more'],
    ],
    ['LATCHKEY_KEY_PREFIX', ['1k', 'ab_', '_a', 'k2345678901234567', 'é']],
    [
      'METRICS_ADDRESS',
      ['9464', ':9464', '127.0.0.1', '127.0.0.1:', '::1:9464', '127.0.0.1:65536', 'http://x:1', '[x]:1'],
    ],
    ['LATCHKEY_DRAIN_MS', ['-1', '600001', '5s']],
    ['TRUST_PROXY', ['true', '-1', '0', '101', 'proxy.example.com', '10.0.0.0/33', '10.0.0.1,', '*']],
    ['LOG_LEVEL', ['verbose', 'INFO', '30']],
    ['LOG_FORMAT', ['text', 'JSON']],
  ])('refuses %s: %j', (name, values) => {
    for (const value of values) {
      expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} must be .+\\.$`))]);
    }
  });

  it('never repeats a secret', () => {
    const faults = faultsOf({ DATABASE_URL: 'mysql://app:hunter2@db/app', LATCHKEY_OPERATOR_KEY: 'hunter2' });

    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('names every variable that is wrong, each in one line', () => {
    const faults = faultsOf({ PORT: 'http', LOG_LEVEL: 'loud', TRUST_PROXY: 'yes' });

    expect(faults.map((fault) => fault.split(' ', 1)[0])).toEqual(['PORT', 'TRUST_PROXY', 'LOG_LEVEL']);
    expect(faults.join('')).not.toContain('\n');
  });

  describe('secrets in files', () => {
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'latchkey-secrets-'));
    });

    afterAll(() => rm(folder, { recursive: true }));

    const fileOf = async (name: string, text: string): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    };

    it.each([
      ['DATABASE_URL', 'databaseUrl', 'postgres://app:hunter2@db/app'],
      ['LATCHKEY_DIRECT_URL', 'directUrl', 'postgres://app:hunter2@db/app'],
      ['LATCHKEY_OPERATOR_KEY', 'operatorKey', 'choose-one-of-32-characters-or-more'],
    ] as const)('%s_FILE is read, without the newline at its end', async (name, field, secret) => {
      for (const end of ['', '\n', '\r\n']) {
        const path = await fileOf('secret', secret + end);
        expect(readEnvironment({ [`${name}_FILE`]: path }, false)[field]).toBe(secret);
      }
    });

    it('a file that cannot be read, is empty or far too large is one clear line', async () => {
      const [empty, large] = [await fileOf('empty', '\n'), await fileOf('large', 'x'.repeat(100_000))];
      const wrong = [join(folder, 'absent'), folder, empty, large];

      for (const path of wrong) {
        const faults = faultsOf({ LATCHKEY_OPERATOR_KEY_FILE: path });
        expect(faults).toEqual([expect.stringMatching(/^LATCHKEY_OPERATOR_KEY_FILE must name a file [^\n]+\.$/)]);
      }
    });

    it('holds what is in a file to the same rules, and does not repeat it', async () => {
      const path = await fileOf('weak', 'hunter2');

      const faults = faultsOf({ LATCHKEY_OPERATOR_KEY_FILE: path });

      expect(faults).toEqual([expect.stringMatching(/^LATCHKEY_OPERATOR_KEY must be .+\.$/)]);
      expect(faults.join('')).not.toContain('hunter2');
    });

    it('refuses a secret that is given both ways', async () => {
      const path = await fileOf('url', 'postgres://db/app');

      expect(faultsOf({ DATABASE_URL: 'postgres://db/other', DATABASE_URL_FILE: path })).toEqual([
        'DATABASE_URL and DATABASE_URL_FILE must not both be set: unset one of them.',
      ]);
    });
  });
});
