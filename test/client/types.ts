import {
  unwrap,
  unwrapPage,
  type ApiKey,
  type AuditRecord,
  type ErrorBody,
  type LatchkeyClient,
} from '../../client/src/index.js';

declare function use(value: unknown): void;

/** What compiles with the client, and what must not. Nobody runs this: the compiler is the test. */
export async function compiles(latchkey: LatchkeyClient): Promise<unknown> {
  const body = { keyName: 'Billing worker', permissions: ['apikeys:view'] };
  const params = { path: { id: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11' } };

  // @ts-expect-error there is no such path
  await latchkey.GET('/apikeys');
  // @ts-expect-error the prefix belongs to baseUrl
  await latchkey.GET('/api/v1/apikey');
  // @ts-expect-error it names no key, and would be refused
  await latchkey.DELETE('/apikey');
  // @ts-expect-error it names no key
  await latchkey.GET('/apikey/{id}');
  // @ts-expect-error a key has a name
  await latchkey.POST('/apikey', { body: { permissions: ['apikeys:view'] } });
  // @ts-expect-error there is no such field
  await latchkey.POST('/apikey', { body: { ...body, permission: 'apikeys:view' } });
  // @ts-expect-error there is no such parameter
  await latchkey.GET('/apikey', { params: { query: { state: 'active' } } });
  // @ts-expect-error there is no such option
  await latchkey.GET('/apikey', { query: { status: 'active' } });
  // @ts-expect-error a field has one type
  await latchkey.PATCH('/apikey/{id}', { params, body: { enabled: 'no' } });
  // @ts-expect-error there is no such state
  await latchkey.GET('/apikey', { params: { query: { status: 'deleted' } } });

  const key: ApiKey = unwrap(await latchkey.POST('/apikey', { body }));
  const expiry: string | null = key.expirationDate;
  // @ts-expect-error it may be null
  use(key.expirationDate.slice(0, 10));
  // @ts-expect-error there is no such field
  use(key.secret);

  const answer = await latchkey.GET('/apikey/{id}', { params });
  // @ts-expect-error it may have been refused
  use(answer.data.keyName);
  const error: ErrorBody | undefined = answer.error;
  // @ts-expect-error there is no such code
  use(error?.code === 'apikey.gone');

  const verification = unwrap(await latchkey.POST('/verify', { body: { apiKey: key.apiKey } }));
  // @ts-expect-error only a valid key has a name
  use(verification.keyName);
  const verdict: string = verification.valid ? verification.keyName : verification.code;

  const keys: ApiKey[] = unwrapPage(await latchkey.GET('/apikey')).data;
  // @ts-expect-error one record is no list
  unwrapPage(await latchkey.GET('/audit/{id}', { params }));
  const records: AuditRecord[] = unwrap(await latchkey.GET('/audit')).data;
  // @ts-expect-error an export is not JSON
  await latchkey.GET('/audit/export');
  const text: string = unwrap(await latchkey.GET('/audit/export', { parseAs: 'text' }));
  const stream: Response['body'] = unwrap(await latchkey.GET('/audit/export', { parseAs: 'stream' }));

  return { expiry, verdict, keys, records, text, stream };
}
