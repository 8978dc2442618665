import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIV3_1 } from 'openapi-types';
import type { Answer } from '../support/client.js';
import { documentedOperations } from '../support/openapi-operations.js';
import { serviceDocument } from '../support/openapi-document.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const ID = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';
const WRONG = [
  ...['', ' ', '*', 'a b', '\u00fc', '\0', 'x'.repeat(600), 'a:b:c', '-1', 'tomorrow', 7, -1, 1.5, true, null, [], {}],
  ...[[''], [7], [null], ['a', 'a'], { a: 1 }, { limit: 0 }, { '': 1 }, { limit: 1, windowSeconds: 'x' }],
];
const WRONG_IN_QUERY = ['', '%20', '*', '%00', '%C3%BC', 'x'.repeat(600), '-1', '1.5', 'tomorrow', '1&again=1'];

/** Words of our own about what is allowed, that say which part of the input is meant. */
function assertPlain({ text, body }: Answer, ...parts: string[]): void {
  expect(body).toMatchObject({
    code: expect.stringMatching(/^(request|permission|role)\./),
    message: expect.any(String),
  });
  expect(text).not.toMatch(/regular expression|must match|\/\^|\^\[|\(\?|\[A-Z|\$property|constraint/i);
  for (const { field, message } of body.details) {
    expect(parts).toContain(field.split('.')[0]);
    expect(message).toMatch(/^\S.*[.?]$/s);
    expect(message).toContain(field.split('.')[0]);
  }
}

describe('what the refusals of wrong input say', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let document: OpenAPIV3_1.Document;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      document = await serviceDocument();
    });

    afterAll(() => service.stop());

    const routes = () =>
      documentedOperations(document).flatMap(({ method, path, body }) => {
        const { parameters = [] } = document.paths![path]![method as 'get']!;
        if (!path.startsWith('/api/v1/')) return [];
        return {
          method: method.toUpperCase(),
          path: path.replace('/api/v1', '').replace(/\{\w+\}/g, ID),
          body: body() as Record<string, unknown> | undefined,
          query: parameters as OpenAPIV3_1.ParameterObject[],
        };
      });

    it('names each field of each body, and says in words what is allowed', async () => {
      let refused = 0;
      for (const { method, path, body } of routes()) {
        if (!body) continue;
        const fields = [...Object.keys(body), 'externalId', 'description', 'permissions', 'metadata', 'quotas', 'ip'];
        for (const field of fields) {
          for (const wrong of WRONG) {
            const answer = await workspace.operator.send(method, path, { body: { ...body, [field]: wrong } });
            if (answer.status !== 400) continue;
            refused += 1;
            assertPlain(answer, ...fields);
          }
        }
      }
      expect(refused).toBeGreaterThan(500);
    });

    it('names each parameter of each query', async () => {
      let refused = 0;
      for (const { method, path, query } of routes()) {
        for (const { name } of query.filter((parameter) => parameter.in === 'query')) {
          for (const wrong of WRONG_IN_QUERY) {
            const answer = await workspace.operator.send(method, `${path}?${name}=${wrong.replace('again', name)}`);
            if (answer.status !== 400) continue;
            refused += 1;
            assertPlain(answer, name);
          }
        }
      }
      expect(refused).toBeGreaterThan(100);
    });

    it('speaks of the query, and of the body, where a name is no good', async () => {
      for (const { method, path, body } of routes()) {
        for (const [name, message] of [
          ['__proto__', 'query must not have a parameter named __proto__.'],
          ['constructor', 'query must not have a parameter named constructor.'],
          ['', 'query has a field without a name; remove it.'],
          ['x'.repeat(300), 'A parameter name in query is longer than 256 characters.'],
          ['%00', 'A parameter name in query must not contain the NUL character.'],
          ['a%20b', '"a b" is not a known field; remove it.'],
          ['%E2%80%8B', '"\u200b" is not a known field; remove it.'],
        ] as const) {
          const answer = await workspace.operator.send(method, `${path}?${name}=1`, body ? { body } : {});
          expect({ method, path, message: answer.body.message }).toEqual({ method, path, message });
          expect(answer.status).toBe(400);
        }
        if (!body) continue;
        for (const [name, message] of [
          ['', 'body has a field without a name; remove it.'],
          ['toString', 'body must not have a property named toString.'],
        ] as const) {
          const answer = await workspace.operator.send(method, path, { body: { ...body, [name]: 1 } });
          expect({ method, path, message: answer.body.message }).toEqual({ method, path, message });
        }
      }
    });

    it('says that a parameter is given more than once', async () => {
      for (const [path, name] of [
        ['/apikey?page=1&page=2', 'page'],
        ['/audit?action=a&action=b', 'action'],
        ['/apikey?status=active&status=active', 'status'],
      ] as const) {
        const { body } = await workspace.operator.get(path).expect(400, 'request.invalid');
        expect(body.details).toEqual([{ field: name, message: `${name} is given more than once. Give it once.` }]);
      }
    });

    it('says which texts an externalId and the name of a permission may be', async () => {
      const { body: id } = await service.operator.post('/workspace', { name: 'A', externalId: 'a b' }).expect(400);
      expect(id.message).toBe('externalId must be visible ASCII characters without spaces, and not * alone.');
      const { body: name } = await workspace.operator
        .post('/permission', { name: 'orders refund', description: 'x' })
        .expect(400);
      expect(name.message).toBe(
        'name must be resource:action, such as orders:refund: each a letter, then letters, digits, _ . or -.',
      );
    });
  });
});
