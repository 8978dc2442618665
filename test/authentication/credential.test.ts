import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { credentialOf, keepCredential } from '../../src/authentication/credential.js';
import { PresentedKey } from '../../src/identity/presented-key.js';
import { digestOf, generateKey, hashKey, isWellFormedKey } from '../../src/kernel/keys/key-format.js';

const NAME = fc.constantFrom('authorization', 'AUTHORIZATION', 'x-api-key', 'X-Api-Key', 'x-api-kee', 'authorisation');
const VALUE = fc.constantFrom(
  '',
  ' ',
  'one',
  ' one ',
  'Bearer one',
  'Bearer  \tone',
  'BEARER one',
  'Bearerone',
  'bearer \tone',
  'two',
  'Bearer',
  'bearer ',
  'Bearer one two',
  'Basic b25lOnR3bw==',
  'basic one',
  'Negotiate YII=',
  'AWS4-HMAC-SHA256 Credential=one/20300101/eu/s3/aws4_request, Signature=two',
  'Digest username="one", realm="two"',
  'one, two',
  'one.two',
  'a.b.c',
);
const HEADERS = fc.array(fc.tuple(NAME, VALUE), { maxLength: 4 });

describe('the credential of a request', () => {
  it('is the one that is in its headers, however often, and ambiguous if there are two', () => {
    fc.assert(
      fc.property(HEADERS, (headers) => {
        const expected = new Set(headers.flatMap(([name, value]) => valuesIn(name.toLowerCase(), value)));
        const found = credentialOf({ method: 'GET', url: '/', headers: {}, rawHeaders: headers.flat() });
        expect(found).toEqual(kindOf([...expected]));
      }),
    );
  });

  it.each([
    [{ authorization: 'Bearer one' }, { kind: 'key', key: new PresentedKey('one') }],
    [{ 'x-api-key': ['one', ' one '] }, { kind: 'key', key: new PresentedKey('one') }],
    [{ authorization: 'one', 'x-api-key': 'two' }, { kind: 'ambiguous' }],
    [{ authorization: 'Bearer a.b.c' }, { kind: 'token', token: 'a.b.c' }],
    [
      { authorization: 'Basic b25lOnR3bw==', 'x-api-key': 'one' },
      { kind: 'key', key: new PresentedKey('one') },
    ],
    [
      { authorization: 'Bearer', 'x-api-key': 'one' },
      { kind: 'key', key: new PresentedKey('one') },
    ],
    [{ authorization: 'Bearer one two', 'x-api-key': 'one' }, { kind: 'ambiguous' }],
    [{ authorization: 'Basic a.b.c' }, { kind: 'none' }],
    [{ cookie: 'one' }, { kind: 'none' }],
  ])('is read from parsed headers where there are no raw ones: %j', (headers, credential) => {
    expect(credentialOf({ method: 'GET', url: '/', headers })).toEqual(credential);
  });

  it('is read once, where it is kept', () => {
    const request = { method: 'GET', url: '/', headers: { authorization: 'Bearer one' } };
    const credential = credentialOf(request);
    keepCredential(request, credential);
    expect(credentialOf(request)).toBe(credential);
  });

  it('is known by the hash that is stored of a key, and by its digest', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(generateKey('lk'), generateKey('lk'))), (text) => {
        const key = new PresentedKey(text);
        expect([key.hash, key.digest, key.isWellFormed]).toEqual([
          hashKey(text),
          digestOf(hashKey(text)),
          isWellFormedKey(text),
        ]);
      }),
    );
  });

  it('is not looked for among so many headers that Node may have left it out', () => {
    const among = (count: number) =>
      credentialOf({
        method: 'GET',
        url: '/',
        headers: {},
        rawHeaders: ['x-api-key', 'one', ...Array.from({ length: count - 1 }, () => ['a', 'b']).flat()],
      });
    expect(among(999)).toEqual({ kind: 'key', key: new PresentedKey('one') });
    expect(() => among(1000)).toThrow(expect.objectContaining({ code: 'request.headers_too_large' }));
  });
});

function valuesIn(name: string, value: string): string[] {
  if (name === 'authorization') {
    const [scheme = '', ...others] = value.trim().split(/\s+/);
    if (/^bearer$/i.test(scheme)) return [others.join(' ')].filter(Boolean);
    if (others.length > 0 && !scheme.includes(',')) return [];
    return [value.trim()].filter(Boolean);
  }
  return name === 'x-api-key' ? [value.trim()].filter(Boolean) : [];
}

function kindOf(credentials: string[]): object {
  const [credential, ...others] = credentials;
  if (credential === undefined) return { kind: 'none' };
  if (others.length > 0) return { kind: 'ambiguous' };
  return credential === 'a.b.c'
    ? { kind: 'token', token: credential }
    : { kind: 'key', key: new PresentedKey(credential) };
}
