import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { tablesOf, withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const KEY = generateKey('lk');
const OF_HOST = generateKey('acme_live');
const TOKEN = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.${'c2lnbmF0dXJl'.repeat(4)}`;

const wide = (text: string) =>
  text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
const within = (text: string, inserted: string) => text.slice(0, 20) + inserted + text.slice(20);

const DISGUISES: Record<string, string> = {
  'a zero width space within': within(KEY, '\u200b'),
  'a soft hyphen within': within(KEY, '\u00ad'),
  'a combining mark within': within(KEY, '\u0301'),
  'a word joiner within': within(OF_HOST, '\u2060'),
  'a space within': within(KEY, ' '),
  'a line break within': within(OF_HOST, '\r\n'),
  'quotes within': within(KEY, '" + "'),
  'full-width letters': wide(KEY),
  'one full-width letter': KEY.slice(0, 30) + wide(KEY.slice(30, 31)) + KEY.slice(31),
  'no prefix': KEY.slice(-49),
  'no prefix, of those that are set': OF_HOST.slice(-49),
  'no prefix, and a space within': within(KEY.slice(-49), ' '),
  'a token with a line break within': within(TOKEN, '\n'),
};
const SECRETS = [KEY, OF_HOST].map((key) => key.slice(-49));

describe('a credential that is disguised', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let id: string;
    let role: string;

    beforeAll(async () => {
      service = await startService(kind, { LATCHKEY_KEY_PREFIX: 'acme_live' });
      workspace = await createWorkspace(service);
      ({ id } = await workspace.keyWith('apikeys:view'));
      role = (await workspace.operator.post('/role', { name: uniqueName('Role'), permissions: [] }).expect(201)).body
        .id;
    });

    afterAll(() => service.stop());

    it.each(Object.entries(DISGUISES))('400: with %s, in whatever field', async (_, secret) => {
      const text = `Use ${secret} for it`;
      const named = { keyName: uniqueName('Key'), permissions: ['apikeys:view'] };
      const requests: [method: string, path: string, body?: object][] = [
        ['POST', '/apikey', { ...named, keyName: text }],
        ['POST', '/apikey', { ...named, description: text }],
        ['POST', '/apikey', { ...named, metadata: { note: text } }],
        ['POST', '/apikey', { ...named, metadata: { deep: [{ note: text }] } }],
        ['POST', '/apikey', { ...named, metadata: { [text]: 1 } }],
        ['POST', '/apikey', { ...named, permissions: [text] }],
        ['PATCH', `/apikey/${id}`, { description: secret }],
        ['PUT', `/apikey/${id}`, { keyName: secret, permissions: [] }],
        ['DELETE', `/apikey/${id}?reason=${encodeURIComponent(text)}`],
        ['GET', `/apikey?search=${encodeURIComponent(text)}`],
        ['POST', '/role', { name: text, permissions: [] }],
        ['PUT', `/role/${role}`, { name: uniqueName('Role'), description: text, permissions: [] }],
        ['PUT', `/member/${encodeURIComponent(secret)}`, {}],
        ['POST', '/permission', { name: 'orders:refund', description: text }],
        ['POST', '/workspace', { name: text }],
        ['PATCH', `/workspace/${workspace.id}`, { name: text }],
      ];
      for (const [method, path, body] of requests) {
        const answer = await workspace.operator.send(method, path, {
          ...(body && { body }),
          headers: {
            'user-agent': Buffer.from(secret)
              .toString('latin1')
              .replace(/[\r\n]+/g, ' '),
          },
        });
        expect({ method, path, status: answer.status }).toEqual({ method, path, status: 400 });
        expect(answer.body.message).toMatch(/credential/);
        expect(lettersOf(answer.text)).not.toContain(lettersOf(secret).slice(-40));
      }
    });

    it('is nowhere in the database, though the trail tells of the attempts', async () => {
      const rows = await withSql(service.store, async (query) => {
        const all: string[] = [];
        for (const table of await tablesOf(service.store, query)) {
          for (const row of await query(`SELECT * FROM "${table}"`)) all.push(JSON.stringify(row));
        }
        return all;
      });
      expect(rows.filter((row) => row.includes('request.failed')).length).toBeGreaterThan(0);
      for (const row of rows) {
        for (const secret of SECRETS) expect(lettersOf(row)).not.toContain(secret);
        expect(lettersOf(row)).not.toContain(lettersOf(TOKEN));
      }
    });
  });
});

function lettersOf(text: string): string {
  return text
    .replace(/\\[nr]|\\u[0-9a-f]{4}/g, '')
    .normalize('NFKD')
    .replace(/[^0-9A-Za-z_]/g, '');
}
