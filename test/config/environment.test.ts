import { describe, expect, it } from '@jest/globals';
import { EnvironmentError, readEnvironment } from '../../src/config/environment.js';

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
      trustProxy: false,
      logLevel: 'info',
      logFormat: 'json',
    });
    expect(readEnvironment({}, true).logFormat).toBe('pretty');
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
    ['LATCHKEY_OPERATOR_KEY', ['k'.repeat(32), '!~'.repeat(256)]],
    ['LATCHKEY_KEY_PREFIX', ['acme', 'acme_live', 'K', 'k234567890123456']],
    ['TRUST_PROXY', ['false', '1', '2', '10.0.0.0/8', '10.0.0.1, 2001:db8::/32']],
    ['LATCHKEY_CANARY', ['on', 'off']],
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
    ['LATCHKEY_OPERATOR_KEY', ['k'.repeat(31), 'k'.repeat(513), `${'k'.repeat(32)} `, 'ü'.repeat(32)]],
    ['LATCHKEY_KEY_PREFIX', ['1k', 'ab_', '_a', 'k2345678901234567', 'é']],
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
});
