import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import type { Answer } from '../support/client.js';
import { sendRaw } from '../support/raw-request.js';
import {
  createWorkspace,
  startService,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

type HeaderList = [name: string, value: string][];

// Whoever stands between, such as a proxy, has credentials of its own.
const OTHER_SCHEMES = [
  'Basic cHJveHk6c2VjcmV0',
  'basic cHJveHk6c2VjcmV0',
  'Digest username="proxy", realm="outside", nonce="1", uri="/", response="6629fae4"',
  'Negotiate YIIJvwYGKwYBBQUCoIIJszCCCa+gJDAi',
  'NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw==',
  'AWS4-HMAC-SHA256 Credential=AKIA/20300101/eu/execute-api/aws4_request, SignedHeaders=host, Signature=fe5f80',
  'DPoP proof.of.possession',
  'Negotiate',
  'AWS4-HMAC-SHA256',
];

describe('a credential', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let key: KeyFixture;
    let other: KeyFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      key = await workspace.keyWith('apikeys:view');
      other = await workspace.keyWith('apikeys:view');
    });

    afterAll(() => service.stop());

    const send = (headers: HeaderList, path = '/api/v1/apikey') => sendRaw(service.url, { path, headers });

    const accepted: [string, (secret: string) => HeaderList][] = [
      ['Bearer', (secret) => [['Authorization', `Bearer ${secret}`]]],
      ['bearer', (secret) => [['authorization', `bearer ${secret}`]]],
      ['bEARER and two spaces', (secret) => [['AUTHORIZATION', `bEARER  ${secret}`]]],
      ['bare', (secret) => [['Authorization', secret]]],
      ['X-API-Key', (secret) => [['X-API-Key', secret]]],
      ['x-api-key with spaces around it', (secret) => [['x-api-key', ` ${secret} `]]],
      [
        'the same one in both headers',
        (secret) => [
          ['Authorization', `Bearer ${secret}`],
          ['X-API-Key', secret],
        ],
      ],
      [
        'the same one twice in one header',
        (secret) => [
          ['Authorization', secret],
          ['Authorization', `Bearer ${secret}`],
        ],
      ],
      [
        'one beside an empty header',
        (secret) => [
          ['Authorization', ''],
          ['X-API-Key', secret],
        ],
      ],
      ...OTHER_SCHEMES.flatMap((value): [string, (secret: string) => HeaderList][] => [
        [
          `X-API-Key beside ${value}`,
          (secret) => [
            ['Authorization', value],
            ['X-API-Key', secret],
          ],
        ],
        [
          `Bearer after ${value}`,
          (secret) => [
            ['Authorization', value],
            ['Authorization', `Bearer ${secret}`],
          ],
        ],
      ]),
      [
        'X-API-Key beside Bearer with nothing',
        (secret) => [
          ['Authorization', 'Bearer '],
          ['X-API-Key', secret],
        ],
      ],
    ];

    it.each(accepted)('200: %s', async (_, headers) => {
      expect((await send(headers(key.secret))).status).toBe(200);
      const asOperator = await send([...headers(service.operatorKey), ['X-Workspace-Id', workspace.id]]);
      expect(asOperator.status).toBe(200);
    });

    const refused: [string, () => HeaderList][] = [
      ['none', () => []],
      ['an empty one', () => [['Authorization', '']]],
      ['a scheme alone', () => [['Authorization', 'Bearer']]],
      ['Bearer and two words', () => [['Authorization', `Bearer ${key.secret} ${key.secret}`]]],
      [
        'Bearer and two words beside a good one',
        () => [
          ['Authorization', `Bearer ${key.secret} x`],
          ['X-API-Key', key.secret],
        ],
      ],
      ['another scheme', () => [['Authorization', `Basic ${Buffer.from(`:${key.secret}`).toString('base64')}`]]],
      ['another scheme before a key', () => [['Authorization', `Token ${key.secret}`]]],
      [
        'two different ones in two headers',
        () => [
          ['Authorization', key.secret],
          ['X-API-Key', other.secret],
        ],
      ],
      [
        'two different ones in one header',
        () => [
          ['Authorization', key.secret],
          ['Authorization', other.secret],
        ],
      ],
      [
        'two X-API-Key',
        () => [
          ['X-API-Key', key.secret],
          ['X-API-Key', other.secret],
        ],
      ],
      [
        'a key beside the operator’s',
        () => [
          ['Authorization', service.operatorKey],
          ['X-API-Key', key.secret],
        ],
      ],
      ['two in one value', () => [['X-API-Key', `${key.secret}, ${other.secret}`]]],
      ['one that is cut short', () => [['X-API-Key', key.secret.slice(0, -1)]]],
      ['one in lower case', () => [['X-API-Key', key.secret.toLowerCase()]]],
      ['one with a letter more', () => [['X-API-Key', `${key.secret}a`]]],
      ['a well-formed one that nobody has', () => [['X-API-Key', generateKey('lk')]]],
      ['a stored hash', () => [['X-API-Key', 'x'.repeat(43)]]],
      ['a JSON Web Token', () => [['Authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.']]],
      ['SQL', () => [['X-API-Key', "' OR '1'='1"]]],
      ['10,000 characters', () => [['X-API-Key', 'a'.repeat(10_000)]]],
      ['one in a cookie', () => [['Cookie', `authorization=${key.secret}; X-API-Key=${key.secret}`]]],
    ];

    it.each(refused)('401: %s', async (_, headers) => {
      const answer = await send(headers());
      expect(answer.status).toBe(401);
      expect(answer.body.code).toBe('auth.unauthenticated');
    });

    it('401: one in the query or in the body', async () => {
      for (const name of ['api_key', 'apiKey', 'access_token', 'key', 'authorization', 'X-API-Key']) {
        await service.anonymous.get(`/apikey?${name}=${key.secret}`).expect(401, 'auth.unauthenticated');
        await service.anonymous.post('/apikey', { [name]: key.secret }).expect(401, 'auth.unauthenticated');
      }
    });

    it('401: one answer for every reason, but for the request id', async () => {
      const deleted = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${deleted.id}`).expect(200);
      const disabled = await workspace.keyWith('apikeys:view');
      await workspace.operator.patch(`/apikey/${disabled.id}`, { enabled: false }).expect(200);
      const expired = await workspace.keyWith('apikeys:view');
      await workspace.operator.patch(`/apikey/${expired.id}`, { expiresInSeconds: 1 }).expect(200);
      const elsewhere = await workspace.keyWith('apikeys:view');
      await workspace.operator.patch(`/apikey/${elsewhere.id}`, { allowedIps: ['203.0.113.1'] }).expect(200);
      service.advance(2000);

      const answers: Answer[] = [];
      for (const headers of [
        [],
        [['X-API-Key', 'malformed']],
        [['X-API-Key', generateKey('lk')]],
        [
          ['X-API-Key', key.secret],
          ['Authorization', other.secret],
        ],
        ...[deleted, disabled, expired, elsewhere].map(({ secret }) => [['X-API-Key', secret]]),
      ] as HeaderList[]) {
        answers.push(await send(headers));
      }

      const [first, ...others] = answers.map(comparable);
      expect(first?.body).toEqual({
        statusCode: 401,
        success: false,
        error: 'Unauthorized',
        message: 'A valid API key is required: send one as "Authorization: Bearer <key>" or "X-API-Key: <key>".',
        code: 'auth.unauthenticated',
      });
      expect(first?.headers).toMatchObject({ 'www-authenticate': 'Bearer realm="latchkey"' });
      for (const answer of others) expect(answer).toEqual(first);
    });
  });
});

function comparable({ status, headers, body }: Answer) {
  const { requestId, ...rest } = body as { requestId: string };
  expect(headers.get('x-request-id')).toBe(requestId);
  const { date, 'x-request-id': id, ...others } = Object.fromEntries(headers);
  expect(id).toBe(requestId);
  expect(Date.parse(String(date))).toBeGreaterThan(0);
  return { status, headers: others, body: rest };
}
