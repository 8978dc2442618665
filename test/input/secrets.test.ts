import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { startChildService, type ChildService } from '../support/child-service.js';
import type { Answer } from '../support/client.js';
import { sendRaw } from '../support/raw-request.js';
import { tablesOf, withSql } from '../support/sql.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

type HeaderList = [name: string, value: string][];

interface Plant {
  method: string;
  path: string;
  headers?: HeaderList;
  body?: string;
  /** What it sends instead of an administrator's key. */
  credentials?: HeaderList;
}

interface Canary {
  what: string;
  secret: string;
  /** What no mask may show of it. */
  needles: string[];
}

const JSON_TYPE: HeaderList = [['Content-Type', 'application/json']];
const HEADERS = [
  'User-Agent',
  'X-Request-Id',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'X-Workspace-Id',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'Forwarded',
  'Content-Type',
  'Content-Encoding',
  'Accept',
  'Accept-Language',
  'Referer',
  'Origin',
  'Host',
  'Cookie',
  'X-Application',
  'Traceparent',
  'Range',
  'Expect-CT',
];

/** Every place of a request that a client writes, with the text in it. */
function plantsOf(text: string, target: string): Plant[] {
  const plants: Plant[] = [];
  for (const written of [encodeURIComponent(text), `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`]) {
    for (const resource of ['apikey', 'audit', 'workspace']) {
      plants.push({ method: 'GET', path: `/api/v1/${resource}/${written}` });
    }
    for (const path of [
      `/${written}`,
      `/api/v1/${written}`,
      `/docs/${written}`,
      `/api/v1/apikey/${target}/${written}`,
    ]) {
      plants.push({ method: 'GET', path });
    }
    for (const field of ['page', 'limit', 'search', 'status', 'sort', 'unknown']) {
      plants.push({ method: 'GET', path: `/api/v1/apikey?${field}=${written}` });
    }
    for (const field of ['action', 'actorId', 'targetId', 'outcome', 'from', 'to', 'cursor']) {
      plants.push({ method: 'GET', path: `/api/v1/audit?${field}=${written}` });
    }
    plants.push(
      { method: 'GET', path: `/api/v1/apikey?${written}=1` },
      { method: 'GET', path: `/api/v1/audit/export?format=${written}` },
      { method: 'GET', path: `/api/v1/permission?key=${written}` },
      { method: 'GET', path: `/health/live?key=${written}` },
      { method: 'DELETE', path: `/api/v1/apikey/${target}?reason=${written}` },
      { method: 'DELETE', path: `/api/v1/apikey/${written}` },
    );
  }
  const values = [text, `Key ${text}, mine`, [text], { [text]: 1 }, { a: [{ b: text }] }];
  for (const field of [
    'keyName',
    'permissions',
    'description',
    'expirationDate',
    'allowedIps',
    'rateLimit',
    'metadata',
    'x',
  ]) {
    for (const value of values) {
      const body = JSON.stringify({ keyName: 'Key', permissions: ['apikeys:view'], [field]: value });
      plants.push({ method: 'POST', path: '/api/v1/apikey', headers: JSON_TYPE, body });
      plants.push({ method: 'PATCH', path: `/api/v1/apikey/${target}`, headers: JSON_TYPE, body });
    }
  }
  const named = JSON.stringify({ keyName: 'Key', permissions: ['apikeys:view'], [text]: 1 });
  plants.push(
    { method: 'PUT', path: `/api/v1/apikey/${target}`, headers: JSON_TYPE, body: named },
    { method: 'PATCH', path: `/api/v1/apikey/${text}`, headers: JSON_TYPE, body: '{}' },
    { method: 'POST', path: '/api/v1/apikey', headers: JSON_TYPE, body: text },
    { method: 'POST', path: '/api/v1/apikey', headers: JSON_TYPE, body: `{"keyName":"${text}"` },
    { method: 'POST', path: '/api/v1/apikey', headers: [['Content-Type', 'text/plain']], body: text },
    {
      method: 'POST',
      path: '/api/v1/apikey',
      headers: JSON_TYPE,
      body: JSON.stringify({ [`${text}${'x'.repeat(300)}`]: 1 }),
    },
  );
  for (const name of HEADERS) {
    const others: HeaderList = name === 'Content-Type' ? [] : JSON_TYPE;
    const body = JSON.stringify({ keyName: `Key ${randomBytes(8).toString('hex')}`, permissions: ['apikeys:view'] });
    plants.push({ method: 'GET', path: '/api/v1/apikey', headers: [[name, text]] });
    plants.push({ method: 'POST', path: '/api/v1/apikey', headers: [...others, [name, text]], body });
    plants.push({ method: 'DELETE', path: '/api/v1/apikey/none', headers: [[name, `${text}/1.0 (${text})`]] });
  }
  plants.push({ method: 'GET', path: '/api/v1/apikey', headers: [[`X-${text.replaceAll('.', '-')}`, '1']] });
  for (const credentials of [
    [['Authorization', `Basic ${text}`]],
    [['Authorization', `Bearer ${text}x`]],
    [
      ['X-API-Key', text],
      ['Authorization', generateKey('lk')],
    ],
    [['X-API-Key', text]],
    [['Authorization', text]],
  ] as HeaderList[]) {
    plants.push({ method: 'GET', path: '/api/v1/apikey', credentials });
    plants.push({ method: 'DELETE', path: '/api/v1/apikey/none', credentials, headers: [['User-Agent', text]] });
  }
  return plants;
}

describe('a secret that a client puts where it does not belong', () => {
  forEachStore((kind) => {
    let store: Store;
    let service: ChildService;
    let workspaceId: string;
    let target: string;
    let canaries: Canary[];
    let addresses = 0;
    const answers: { plant: Plant; answer: Answer }[] = [];

    beforeAll(async () => {
      store = await createStore(kind);
      service = await startChildService(
        kind,
        { LOG_LEVEL: 'trace', LOG_FORMAT: 'json', TRUST_PROXY: '127.0.0.1' },
        store,
      );
      workspaceId = (await service.operator.post('/workspace', { name: 'Canaries' }).expect(201)).body.id;
      const live = await createKey('Live');
      const deleted = await createKey('Deleted');
      await service.operator.in(workspaceId).delete(`/apikey/${deleted.id}`).expect(200);
      target = (await createKey('Target')).id;
      const segment = () => randomBytes(30).toString('base64url');
      const token = [`eyJhbGciOiJSUzI1NiJ9${segment()}`, `eyJ${segment()}`, segment()];
      canaries = [
        keyCanary('a live key', live.apiKey),
        keyCanary('a deleted key', deleted.apiKey),
        keyCanary('the operator key', service.operatorKey),
        keyCanary('a key of another installation', generateKey('acme_live')),
        { what: 'a token', secret: token.join('.'), needles: token.slice(1) },
      ];
      for (const { secret } of canaries) await sendAll(plantsOf(secret, target));
    }, 360_000);

    afterAll(async () => {
      await service.dispose();
      await store.drop();
    });

    const createKey = async (keyName: string): Promise<{ id: string; apiKey: string }> =>
      (
        await service.operator
          .in(workspaceId)
          .post('/apikey', { keyName, permissions: ['*'] })
          .expect(201)
      ).body;

    /** From ever new callers and addresses, so that every attempt is on the trail by itself, and none is only counted. */
    const sendAll = async (plants: Plant[]): Promise<void> => {
      for (let at = 0; at < plants.length; at += 8) {
        const { apiKey } = await createKey(`Caller ${randomBytes(8).toString('hex')}`);
        await Promise.all(plants.slice(at, at + 8).map((plant) => send(plant, apiKey)));
      }
    };

    const send = async (plant: Plant, caller: string): Promise<void> => {
      const { method, path, body, credentials = [['Authorization', `Bearer ${caller}`]], headers = [] } = plant;
      addresses += 1;
      const address = `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
      const from: HeaderList = headers.some(([name]) => name === 'X-Forwarded-For')
        ? []
        : [['X-Forwarded-For', address]];
      const all = [...credentials, ...from, ...headers];
      const answer = await sendRaw(service.url, { method, path, headers: all, ...(body !== undefined && { body }) });
      answers.push({ plant, answer });
    };

    const foundIn = (text: string): string[] =>
      canaries.filter(({ needles }) => needles.some((needle) => text.includes(needle))).map(({ what }) => what);

    it('is in no answer, nor is the hash of a key', () => {
      expect(answers.length).toBeGreaterThan(800);
      for (const { plant, answer } of answers) {
        const created = answer.status === 201 ? answer.text.replace(/"apiKey":"[^"]*"/, '') : answer.text;
        const headers = JSON.stringify([...answer.headers]);
        expect({ plant, found: foundIn(created + headers) }).toEqual({ plant, found: [] });
        expect(answer.status).toBeLessThan(500);
      }
    });

    it('is on no record of the trail, though the trail tells of the attempts', async () => {
      const { text } = await service.operator.in('*').get('/audit/export').expect(200);
      const records = text.trim().split('\n');
      expect(records.length).toBeGreaterThan(400);
      for (const record of records) expect({ record, found: foundIn(record) }).toEqual({ record, found: [] });
    });

    it('is in no column of no table', async () => {
      const rows = await withSql(store, async (query) => {
        const all: string[] = [];
        for (const table of await tablesOf(store, query)) {
          for (const row of await query(`SELECT * FROM "${table}"`)) all.push(`${table} ${JSON.stringify(row)}`);
        }
        return all;
      });
      expect(rows.length).toBeGreaterThan(800);
      for (const row of rows) expect({ row, found: withoutHashes(row) }).toEqual({ row, found: [] });
    });

    // Hashes are stored of keys: live ones, deleted ones and those of operators; and nowhere else.
    const withoutHashes = (row: string): string[] => {
      const text = /^latchkey_(api_keys|deleted_keys|operators) /.test(row) ? row.replace(/"hash":"[^"]*"/, '') : row;
      return foundIn(text);
    };

    if (kind === 'sqlite') {
      it('is in no byte of the files, the write-ahead log included', async () => {
        const path = store.url.replace('sqlite:', '');
        const files = (await readdir(dirname(path))).filter((name) => name.startsWith(basename(path)));
        expect(files).toContain(`${basename(path)}-wal`);
        for (const file of files) {
          const bytes = await readFile(join(dirname(path), file), 'latin1');
          const found = canaries.filter(({ needles: [needle = ''] }) => bytes.includes(needle)).map(({ what }) => what);
          expect({ file, found }).toEqual({ file, found: [] });
        }
      });
    }

    it('is in no line of the log, which has every request', async () => {
      service.child.signal('SIGTERM');
      const { stdout, stderr } = await service.child.ended;
      const lines = `${stdout}${stderr}`.split('\n');
      expect(lines.length).toBeGreaterThan(answers.length);
      for (const line of lines) expect({ line, found: foundIn(line) }).toEqual({ line, found: [] });
    });
  });
});

/** First what lies between the characters that a mask shows, then the hash. */
function keyCanary(what: string, secret: string): Canary {
  const shown = secret.length - 45;
  return { what, secret, needles: [secret.slice(shown, -4), createHash('sha256').update(secret).digest('base64url')] };
}
