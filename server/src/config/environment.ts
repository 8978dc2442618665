import { isKeyPrefix, KEY_PREFIX_RULE } from 'latchkey/internal/kernel/keys/key-format';
import { isOperatorKey, OPERATOR_KEY_RULE } from 'latchkey/internal/kernel/keys/operator-key';
import { isLeaseMs } from 'latchkey/internal/kernel/lease-length';
import { isIpRange } from 'latchkey/internal/kernel/network/ip-ranges';
import { readSecretFiles } from './secret-files.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOG_FORMATS = ['pretty', 'json'] as const;

/** The service's configuration, read from the environment once and checked whole. */
export interface Environment {
  host: string;
  port: number;
  databaseUrl: string;
  /** PostgreSQL itself, where `databaseUrl` is a pooler; undefined: it is none. */
  directUrl: string | undefined;
  /** The folder where it is noted what was acknowledged; undefined: the default. */
  stateDir: string | undefined;
  operatorKey: string | undefined;
  keyPrefix: string;
  /** Whose tokens are accepted from people; undefined: nobody's. */
  identityProvider: { issuer: string; audience: string; jwksUrl: string } | undefined;
  /** How many keys are remembered; 0: none. */
  cacheSize: number;
  /** The longest time an instance that is cut off may answer from memory. */
  leaseMs: number;
  /** Whether it is tried out, minute by minute, that a deleted key is refused. */
  canary: boolean;
  /** How long the service still serves, without being ready, when it is told to stop. */
  drainMs: number;
  /** Whether there are Swagger UI and the OpenAPI document. */
  docs: boolean;
  /** Hops, or addresses and ranges, whose `X-Forwarded-For` is believed. */
  trustProxy: false | number | string[];
  /** Where `/metrics` is answered instead of on `port`; undefined: on `port`. */
  metricsAddress: { host: string; port: number } | undefined;
  logLevel: (typeof LOG_LEVELS)[number];
  logFormat: (typeof LOG_FORMATS)[number];
}

/** The environment cannot be used: one line for each variable that is wrong, without its value if that is secret. */
export class EnvironmentError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'EnvironmentError';
  }
}

/** @throws {EnvironmentError} naming every variable that is wrong. An empty variable counts as absent. */
export function readEnvironment(variables: NodeJS.ProcessEnv, isTerminal = process.stdout.isTTY): Environment {
  const faults: string[] = [];
  const secrets: NodeJS.ProcessEnv = readSecretFiles(variables, faults);
  const read = <T>(name: string, fallback: T, parse: (text: string) => T | undefined, expected: string): T => {
    const text = secrets[name] ?? variables[name];
    if (text === undefined || text === '') return fallback;
    const value = parse(text);
    if (value === undefined) faults.push(`${name} must be ${expected}.`);
    return value ?? fallback;
  };
  const environment: Environment = {
    host: read('HOST', '127.0.0.1', matching(/^[A-Za-z0-9.:_-]{1,255}$/), 'a host name or an IP address'),
    port: read('PORT', 3000, (text) => numberBetween(text, 0, 65_535), 'a port number from 0 to 65535'),
    databaseUrl: read(
      'DATABASE_URL',
      'sqlite:./data/latchkey.db',
      databaseUrl,
      'sqlite:<path of a file> or postgres://user:password@host:port/database',
    ),
    directUrl: read<string | undefined>(
      'LATCHKEY_DIRECT_URL',
      undefined,
      postgresUrl,
      'postgres://user:password@host:port/database',
    ),
    stateDir: variables['LATCHKEY_STATE_DIR'] || undefined,
    operatorKey: read<string | undefined>(
      'LATCHKEY_OPERATOR_KEY',
      undefined,
      (text) => (isOperatorKey(text) ? text : undefined),
      `a text of ${OPERATOR_KEY_RULE}`,
    ),
    keyPrefix: read('LATCHKEY_KEY_PREFIX', 'lk', (text) => (isKeyPrefix(text) ? text : undefined), KEY_PREFIX_RULE),
    identityProvider: readIdentityProvider(variables, faults),
    cacheSize: read(
      'LATCHKEY_CACHE_SIZE',
      100_000,
      (text) => numberBetween(text, 0, 10_000_000),
      'a number of keys from 0 to 10000000',
    ),
    leaseMs: read(
      'LATCHKEY_LEASE_MS',
      2000,
      (text) => (isLeaseMs(Number(text)) ? Number(text) : undefined),
      'a number of milliseconds from 100 to 60000',
    ),
    canary: read('LATCHKEY_CANARY', 'off', oneOf(['on', 'off'] as const), 'on or off') === 'on',
    drainMs: read(
      'LATCHKEY_DRAIN_MS',
      isTerminal ? 0 : 5000,
      (text) => numberBetween(text, 0, 600_000),
      'a number of milliseconds from 0 to 600000',
    ),
    docs: read('LATCHKEY_DOCS', 'on', oneOf(['on', 'off'] as const), 'on or off') === 'on',
    trustProxy: read(
      'TRUST_PROXY',
      false,
      trustProxy,
      'false, a number of hops, or a comma-separated list of CIDR ranges',
    ),
    metricsAddress: read<Environment['metricsAddress']>(
      'METRICS_ADDRESS',
      undefined,
      hostAndPort,
      'host:port, such as 127.0.0.1:9464 or [::1]:9464',
    ),
    logLevel: read('LOG_LEVEL', 'info', oneOf(LOG_LEVELS), `one of ${LOG_LEVELS.join(', ')}`),
    logFormat: read(
      'LOG_FORMAT',
      isTerminal ? 'pretty' : 'json',
      oneOf(LOG_FORMATS),
      `one of ${LOG_FORMATS.join(', ')}`,
    ),
  };
  if (faults.length > 0) throw new EnvironmentError(faults);
  return environment;
}

function matching(pattern: RegExp) {
  return (text: string): string | undefined => (pattern.test(text) ? text : undefined);
}

function oneOf<T extends string>(words: readonly T[]) {
  return (text: string): T | undefined => words.find((word) => word === text);
}

function numberBetween(text: string, least: number, most: number): number | undefined {
  const value = Number(text);
  return /^\d{1,9}$/.test(text) && value >= least && value <= most ? value : undefined;
}

function hostAndPort(text: string): Environment['metricsAddress'] {
  const [, ipv6, name, digits = ''] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,255})):(\d+)$/.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = numberBetween(digits, 0, 65_535);
  return host === undefined || port === undefined ? undefined : { host, port };
}

function databaseUrl(text: string): string | undefined {
  if (/^sqlite:./.test(text)) return text.includes(':memory:') ? undefined : text;
  return postgresUrl(text);
}

function postgresUrl(text: string): string | undefined {
  return /^postgres(ql)?:\/\//.test(text) && isDecodable(text) ? text : undefined;
}

function isDecodable(url: string): boolean {
  try {
    const { username, password, pathname } = new URL(url);
    decodeURIComponent(username + password + pathname);
    return true;
  } catch {
    return false;
  }
}

function trustProxy(text: string): Environment['trustProxy'] | undefined {
  if (text === 'false') return false;
  const hops = numberBetween(text, 1, 100);
  if (hops !== undefined) return hops;
  const ranges = text.split(',').map((range) => range.trim());
  return ranges.every(isIpRange) ? ranges : undefined;
}

const IDENTITY_PROVIDER = ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URL'] as const;

function readIdentityProvider(variables: NodeJS.ProcessEnv, faults: string[]): Environment['identityProvider'] {
  const absent = IDENTITY_PROVIDER.filter((name) => !variables[name]);
  if (absent.length === IDENTITY_PROVIDER.length) return undefined;
  if (absent.length > 0)
    faults.push(`${absent.join(' and ')} must be set too: ${IDENTITY_PROVIDER.join(', ')} belong together.`);
  const jwksUrl = variables['AUTH_JWKS_URL'] ?? '';
  if (jwksUrl && !isTrustworthyUrl(jwksUrl))
    faults.push('AUTH_JWKS_URL must be an https URL, or http on this machine.');
  return { issuer: variables['AUTH_ISSUER'] ?? '', audience: variables['AUTH_AUDIENCE'] ?? '', jwksUrl };
}

/** Whoever can answer in place of the provider can make tokens, so its keys come over TLS. */
function isTrustworthyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}
