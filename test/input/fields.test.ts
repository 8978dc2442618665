import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/client.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

/** Bad values of a field as JSON text, so that they may be what no object of JavaScript is. */
type BadValues = Record<string, string>;

const SQL = JSON.stringify(`'); DROP TABLE latchkey_api_keys; --`);
const DEEP = `${'{"a":'.repeat(10_000)}0${'}'.repeat(10_000)}`;
const UNSAFE: BadValues = {
  'a lone surrogate': '"a\\ud800b"',
  NUL: '"a\\u0000b"',
  'JSON 10,000 deep': DEEP,
  __proto__: '{"__proto__":{"admin":true}}',
  'constructor.prototype': '{"constructor":{"prototype":{}}}',
  'an inherited name': '{"toString":1}',
  'a number beyond range': '1e999',
};

const text = (max: number): BadValues => ({
  ...UNSAFE,
  number: '7',
  boolean: 'true',
  array: '["x"]',
  object: '{}',
  empty: '""',
  'over length': JSON.stringify('x'.repeat(max + 1)),
  'over length in combining characters': JSON.stringify('e\u0301'.repeat(max)),
});
const name: BadValues = { ...text(100), blank: '" \\t\\n"', null: 'null' };
const list = (max: number): BadValues => ({
  ...UNSAFE,
  null: 'null',
  text: '"apikeys:view"',
  number: '7',
  object: '{}',
  'an object like an array': '{"0":"apikeys:view","length":1}',
  'a number in it': '[7]',
  'null in it': '[null]',
  'an array in it': '[["apikeys:view"]]',
  'an empty text in it': '[""]',
  'one twice': '["apikeys:view","apikeys:view"]',
  'NUL in it': '["a\\u0000"]',
  'one too many': JSON.stringify(Array.from({ length: max + 1 }, (_, at) => `10.0.${at >> 8}.${at & 255}`)),
  '8,000 items': JSON.stringify(Array.from({ length: 8000 }, (_, at) => at)),
});
const wholeNumber = (max: number): BadValues => ({
  ...UNSAFE,
  null: 'null',
  text: '"1"',
  boolean: 'true',
  array: '[1]',
  zero: '0',
  negative: '-1',
  fraction: '1.5',
  'too large': String(max + 1),
  huge: '1e300',
});

const PERMISSIONS: BadValues = {
  ...list(100),
  empty: '[]',
  'over length': JSON.stringify(['x'.repeat(101)]),
};
const SETTINGS: Record<string, BadValues> = {
  description: text(500),
  expirationDate: {
    ...UNSAFE,
    number: '1900000000',
    array: '[]',
    empty: '""',
    'a date alone': '"2040-01-01"',
    'no time zone': '"2040-01-01T00:00:00"',
    'no such day': '"2040-02-30T00:00:00Z"',
    'no such hour': '"2040-01-01T24:00:00Z"',
    'beyond the year 9999': '"9999-12-31T23:59:59-01:00"',
    'the past': '"2001-01-01T00:00:00Z"',
    words: '"tomorrow"',
    SQL,
  },
  expiresInSeconds: wholeNumber(315_360_000),
  allowedIps: { ...list(100), 'no address': '["localhost"]', 'too many bits': '["10.0.0.0/33"]', SQL: `[${SQL}]` },
  rateLimit: {
    ...UNSAFE,
    number: '7',
    text: '"100/60"',
    array: '[{"limit":1,"windowSeconds":1}]',
    empty: '{}',
    'half of it': '{"limit":1}',
    'a wrong limit': '{"limit":"1","windowSeconds":1}',
    'a limit of none': '{"limit":0,"windowSeconds":1}',
    'a window of none': '{"limit":1,"windowSeconds":0}',
    'a window too long': '{"limit":1,"windowSeconds":86401}',
    'one thing more': '{"limit":1,"windowSeconds":1,"burst":1}',
  },
  metadata: {
    ...UNSAFE,
    null: 'null',
    text: '"x"',
    array: '[{}]',
    number: '7',
    'over 8 KiB': JSON.stringify({ x: 'x'.repeat(8192) }),
    'over 8 KiB of UTF-8': JSON.stringify({ x: 'ü'.repeat(4100) }),
    'a number beyond range in it': '{"a":[1e999]}',
    'an inherited name in it': '{"a":{"toString":1}}',
    '40 deep': `${'{"a":'.repeat(40)}0${'}'.repeat(40)}`,
    'a name too long': JSON.stringify({ ['x'.repeat(257)]: 1 }),
  },
};

const CREATE = { keyName: 'New', permissions: ['apikeys:view'] };

interface BodyRoute {
  method: string;
  path: string;
  /** A body that is accepted, without the field that is tried. */
  valid: Record<string, unknown>;
  fields: Record<string, BadValues>;
  required: string[];
}

const BODIES: BodyRoute[] = [
  { method: 'POST', path: '/workspace', valid: { name: 'New' }, fields: { name }, required: ['name'] },
  {
    method: 'POST',
    path: '/apikey',
    valid: CREATE,
    fields: { keyName: name, permissions: PERMISSIONS, ...SETTINGS },
    required: ['keyName', 'permissions'],
  },
  {
    method: 'PUT',
    path: '/apikey/:id',
    valid: CREATE,
    fields: { keyName: name, permissions: PERMISSIONS },
    required: ['keyName', 'permissions'],
  },
  {
    method: 'PATCH',
    path: '/apikey/:id',
    valid: { description: 'New' },
    fields: {
      keyName: name,
      permissions: PERMISSIONS,
      ...SETTINGS,
      enabled: { ...UNSAFE, null: 'null', text: '"true"', number: '1', array: '[true]', object: '{}' },
    },
    required: [],
  },
];

const UNKNOWN = [
  'id',
  'apiKey',
  'hash',
  'workspaceId',
  'createdBy',
  'admin',
  'KEYNAME',
  'keyName ',
  '',
  'a.b',
  '$where',
];
const INHERITED = [
  'toString',
  'valueOf',
  'hasOwnProperty',
  'constructor',
  '__proto__',
  'prototype',
  '__defineGetter__',
];

const QUERY_TEXT = ['', 'x'.repeat(256), 'a%00b', `&<field>=y`];
const QUERY_NUMBER = [
  '',
  '0',
  '-1',
  '1.5',
  '1e2',
  '0x10',
  'NaN',
  'Infinity',
  '%20',
  '1000000000',
  '9'.repeat(400),
  'x',
  '1;2',
  '%00',
  '&<field>=2',
];
const QUERY_WORD = ['', 'x', 'ACTIVE', 'active%20', "' OR 1=1", '__proto__', 'constructor', '%00', '&<field>=x'];
const QUERY_MOMENT = ['', 'x', '2030', '2030-01-01', '2030-13-01T00:00:00Z', '%00', '&<field>=x'];
const FILTER = {
  action: QUERY_TEXT,
  actorId: QUERY_TEXT,
  targetId: QUERY_TEXT,
  outcome: QUERY_WORD,
  from: QUERY_MOMENT,
  to: QUERY_MOMENT,
};

const QUERIES: [method: string, path: string, fields: Record<string, string[]>][] = [
  [
    'GET',
    '/apikey',
    { page: QUERY_NUMBER, limit: QUERY_NUMBER, search: QUERY_TEXT, status: QUERY_WORD, sort: QUERY_WORD },
  ],
  ['GET', '/workspace', { page: QUERY_NUMBER, limit: QUERY_NUMBER }],
  ['GET', '/audit', { ...FILTER, limit: QUERY_NUMBER, cursor: [...QUERY_TEXT, 'x', 'MS4'] }],
  ['GET', '/audit/export', { ...FILTER, format: QUERY_WORD }],
  ['DELETE', '/apikey/:id', { reason: ['', 'x'.repeat(501), 'a%00b', '&<field>=y'] }],
];

describe('bad input', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let id: string;
    let before: unknown;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      ({ id } = await workspace.keyWith('apikeys:view'));
      before = await contents();
    });

    afterAll(() => service.stop());

    /** All that is stored, apart from the trail, which tells of the attempts. */
    const contents = () =>
      withSql(service.store, async (query) => {
        const tables = ['workspaces', 'api_keys', 'deleted_keys', 'idempotency_keys'];
        const rows = [];
        for (const table of tables) rows.push(await query(`SELECT * FROM latchkey_${table} ORDER BY 1`));
        return rows;
      });

    const send = (method: string, path: string, raw?: string) =>
      workspace.operator.send(method, path.replace(':id', id), {
        ...(raw !== undefined && { raw, headers: { 'content-type': 'application/json' } }),
      });

    describe.each(BODIES)('$method $path', ({ method, path, valid, fields, required }) => {
      const cases = Object.entries(fields).flatMap(([field, values]) =>
        Object.entries(values).map(([what, value]) => [field, what, value] as const),
      );

      it.each(cases)('400: %s is %s', async (field, _, value) => {
        const members = Object.entries({ ...valid, [field]: undefined }).map(([member, good]) =>
          member === field ? `${JSON.stringify(field)}:${value}` : `${JSON.stringify(member)}:${JSON.stringify(good)}`,
        );
        const answer = await send(method, path, `{${members.join(',')}}`).expect(400);
        assertTame(answer);
        const culprit = /__proto__|constructor/.test(value) && !answer.body.message.includes(field) ? 'body' : field;
        expect(answer.body.message).toContain(culprit);
        expect(answer.body.details.map((detail: { field: string }) => detail.field.split('.')[0])).toContain(culprit);
      });

      it('400: each field that is missing is named', async () => {
        for (const field of required) {
          const rest = Object.fromEntries(Object.entries(valid).filter(([member]) => member !== field));
          const answer = await send(method, path, JSON.stringify(rest)).expect(400, 'request.invalid');
          assertTame(answer);
          expect(answer.body.details.map((detail: { field: string }) => detail.field)).toEqual([field]);
        }
      });

      it('400: nothing unknown is dropped silently', async () => {
        for (const field of [...UNKNOWN, ...INHERITED]) {
          if (field in fields) continue;
          const raw = `${JSON.stringify(valid).slice(0, -1)},${JSON.stringify(field)}:1}`;
          const answer = await send(method, path, raw).expect(400, 'request.invalid');
          assertTame(answer);
          if (field !== '__proto__' && field !== 'constructor') expect(answer.body.message).toContain(field);
        }
      });

      it('400: thousands of unknown fields are not all repeated', async () => {
        const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`f${at}`, 0]));
        const answer = await send(method, path, JSON.stringify(many)).expect(400, 'request.invalid');
        assertTame(answer);
        const long = await send(method, path, JSON.stringify({ ['x'.repeat(60_000)]: 0 })).expect(400);
        assertTame(long);
      });

      it('400: what is no JSON object', async () => {
        const bodies = [
          '',
          '{',
          '}',
          '{"a":}',
          '{a:1}',
          "{'a':1}",
          '{"a":1}x',
          '[]',
          '[{}]',
          '"x"',
          '7',
          'null',
          'true',
          'NaN',
          '\u0000',
        ];
        for (const raw of [...bodies, '['.repeat(20_000), '{"a":'.repeat(10_000)]) {
          const answer = await send(method, path, raw).expect(400, 'request.invalid');
          assertTame(answer);
          expect(answer.body.details[0].field).toBe('body');
        }
      });
    });

    describe.each(QUERIES)('%s %s', (method, path, fields) => {
      const cases = Object.entries(fields).flatMap(([field, values]) => values.map((value) => [field, value] as const));

      it.each(cases)('400: %s=%s', async (field, value) => {
        const query = value.startsWith('&') ? `x${value.replace('<field>', field)}` : value;
        const answer = await send(method, `${path}?${field}=${query}`).expect(400, 'request.invalid');
        assertTame(answer);
        expect(answer.body.message).toContain(field);
        expect(answer.body.details.map((detail: { field: string }) => detail.field)).toContain(field);
      });

      it('400: nothing unknown is ignored', async () => {
        const names = [
          'unknown',
          'page[]',
          'limit[gt]',
          'PAGE',
          '__proto__',
          'constructor',
          'toString',
          '%00',
          'x'.repeat(5000),
        ];
        for (const unknown of names) {
          assertTame(await send(method, `${path}?${unknown}=1`).expect(400, 'request.invalid'));
        }
        const many = Array.from({ length: 1500 }, (_, at) => `f${at}`).join('&');
        assertTame(await send(method, `${path}?${many}`).expect(400, 'request.invalid'));
      });
    });

    it('has changed nothing', async () => {
      expect(await contents()).toEqual(before);
    });
  });
});

/** One short, uniform body without a word of how it is made inside. */
function assertTame({ text: answered, body }: Answer): void {
  expect(answered.length).toBeLessThan(8192);
  expect(typeof body.message).toBe('string');
  expect(body).toMatchObject({ success: false, requestId: expect.any(String) });
  expect(answered).not.toMatch(/node_modules|SELECT|INSERT|SQLITE|relation "|syntax error|TypeError|\.ts:|\.js:/);
}
