import { validate } from '@readme/openapi-parser';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIV3_1 } from 'openapi-types';
import { isWellFormedKey } from '../../src/kernel/keys/key-format.js';
import { statusOf } from '../../src/kernel/latchkey-error.js';
import { ERRORS } from '../../src/latchkey.errors.js';
import { createWorkspace, startService, type RunningService } from '../support/service.js';
import { objectKindOf } from '../support/objects.js';
import { routesOf, type Route } from '../support/routes.js';

type Operation = OpenAPIV3_1.OperationObject & { method: string; path: string };
type Media = OpenAPIV3_1.MediaTypeObject;

const STATUS_OF_CODE = new Map(ERRORS.map((each) => [each.code, statusOf(each)]));

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const SENT_WITH: Record<number, string[]> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  429: ['RateLimit', 'RateLimit-Policy', 'Retry-After'],
  503: ['Retry-After'],
};

describe('the OpenAPI document', () => {
  let service: RunningService;
  let document: OpenAPIV3_1.Document;
  let operations: Operation[];
  let routes: Route[];
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);

  beforeAll(async () => {
    service = await startService('sqlite', { LATCHKEY_DOCS: 'on' });
    document = (await service.anonymous.get('//docs-json').expect(200)).body;
    ajv.addSchema({ $id: 'openapi', ...document });
    operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      METHODS.flatMap((method) => (item?.[method] ? [{ ...item[method], method, path }] : [])),
    );
    routes = routesOf(service.app);
  });

  afterAll(() => service.stop());

  const nameOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;

  const responsesOf = (operation: Operation) =>
    Object.entries(operation.responses ?? {}).map(([status, response]) => ({
      name: `${nameOf(operation)} ${status}`,
      status: Number(status),
      ...(response as OpenAPIV3_1.ResponseObject),
    }));

  const examplesOf = ({ example, examples = {} }: Media): unknown[] => [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples).map((named) => (named as OpenAPIV3_1.ExampleObject).value),
  ];

  const examplesIn = (schema: object | undefined) => (schema as OpenAPIV3_1.SchemaObject | undefined)?.examples ?? [];

  const assertValid = (name: string, schema: object | undefined, example: unknown) => {
    const resolved = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
    if (!ajv.validate(resolved, example)) throw new Error(`${name}: ${ajv.errorsText()} in ${JSON.stringify(example)}`);
  };

  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.0');
    await expect(validate(structuredClone(document))).resolves.toMatchObject({ valid: true, warnings: [] });
  });

  it('is served as YAML too', async () => {
    const { headers, text } = await service.anonymous.get('//docs-yaml').expect(200);
    expect(headers.get('content-type')).toMatch(/yaml/);
    expect(text).toMatch(/^openapi: 3\.1\.0$/m);
    expect(text).toContain('operationId: deleteApiKey\n');
  });

  it('is where / leads', async () => {
    const { url, status } = await fetch(`${service.url}/`);
    expect({ url, status }).toEqual({ url: `${service.url}/docs`, status: 200 });
  });

  it.each(['/docs-json', '/docs-yaml', '/docs/swagger-ui-init.js'])(
    '304: %s has not changed since it was last read',
    async (path) => {
      const { headers } = await service.anonymous.get(`/${path}`).expect(200);
      const etag = headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]{43}"$/);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        for (const method of ['GET', 'HEAD']) {
          const answer = await fetch(service.url + path, { method, headers: { 'If-None-Match': known } });
          expect([known, answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([
            known,
            304,
            etag,
            '',
          ]);
        }
      }
      for (const other of ['"other"', etag.slice(1, -1), '']) {
        const answer = await fetch(service.url + path, { headers: { 'If-None-Match': other } });
        expect([other, answer.status]).toEqual([other, 200]);
      }
      const head = await fetch(service.url + path, { method: 'HEAD' });
      expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
    },
  );

  it('has every route of the application, and no other', () => {
    const documented = operations.map((operation) => nameOf(operation)).sort();
    const shown = routes.filter(({ isHidden }) => !isHidden);
    expect(documented).toEqual(shown.map((route) => nameOf(route)).sort());
    const hidden = routes.filter(({ isHidden }) => isHidden);
    expect(hidden).toHaveLength(10);
    for (const { path } of hidden) expect(path).not.toContain('{');
  });

  it('says of each operation what it does, in which group, under which name', () => {
    const tags = document.tags?.map(({ name }) => name);
    for (const { summary, tags: own = [], operationId } of operations) {
      expect(summary).toMatch(/^[A-Z].{8,78}[.?]$/);
      expect(own).toHaveLength(1);
      expect(tags).toContain(own[0]);
      expect(operationId).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(operations.map(({ operationId }) => operationId)).toContain('deleteApiKey');
  });

  it('asks for a key on each route that is not public, and only there', () => {
    const isPublic = new Map(routes.map((route) => [nameOf(route), route.access?.kind === 'public']));
    for (const operation of operations) {
      expect([nameOf(operation), operation.security]).toEqual([
        nameOf(operation),
        isPublic.get(nameOf(operation)) ? undefined : [{ bearer: [] }, { apiKey: [] }],
      ]);
    }
    expect(document.components?.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    });
  });

  it('has X-Workspace-Id on each route that acts in a workspace, and only there', () => {
    const scopes = new Map(
      routes.map(({ access, ...route }) => [
        nameOf(route),
        access?.kind === 'caller' || (access?.kind === 'permission' && access.scope !== 'none'),
      ]),
    );
    for (const operation of operations) {
      const named = (operation.parameters as OpenAPIV3_1.ParameterObject[]).some(
        ({ name }) => name === 'X-Workspace-Id',
      );
      expect([nameOf(operation), named]).toEqual([nameOf(operation), scopes.get(nameOf(operation))]);
    }
  });

  it('describes each answer: a text, a schema, and examples that it allows', () => {
    for (const { name, description, content } of operations.flatMap(responsesOf)) {
      expect([name, description]).toEqual([name, expect.stringMatching(/.{6}/)]);
      expect([name, Object.keys(content ?? {})]).toEqual([
        name,
        [expect.stringMatching(/^(application\/(x-nd)?json|text\/plain)$/)],
      ]);
      for (const media of Object.values(content ?? {})) {
        expect([name, examplesOf(media).length]).not.toEqual([name, 0]);
        for (const example of examplesOf(media)) assertValid(name, media.schema, example);
      }
    }
  });

  it('describes each field and each parameter, with an example that its schema allows', () => {
    const fields = Object.entries(document.components?.schemas ?? {}).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties).map(([field, schema]) => ({ name: `${name}.${field}`, ...schema })),
    );
    const parameters = operations.flatMap((operation) =>
      (operation.parameters as OpenAPIV3_1.ParameterObject[]).map((parameter) => ({
        ...parameter,
        name: `${nameOf(operation)} ${parameter.name}`,
      })),
    );
    for (const { name, description } of [...fields, ...parameters]) {
      expect([name, description]).toEqual([name, expect.stringMatching(/^.{3,}\.$/s)]);
    }
    for (const { name, ...schema } of fields) {
      for (const example of examplesIn(schema)) assertValid(name, schema, example);
    }
    for (const { name, schema } of parameters) {
      for (const example of examplesIn(schema)) assertValid(name, schema, example);
    }
  });

  it('has no single example of a parameter, which Swagger UI would fill in and send', () => {
    const parameters = operations.flatMap((operation) => operation.parameters as OpenAPIV3_1.ParameterObject[]);
    expect(parameters.filter(({ example, schema = {} }) => example !== undefined || 'example' in schema)).toEqual([]);
  });

  it('has a real message, the right status and the headers that are sent with each refusal', () => {
    const refusals = operations.flatMap(responsesOf).filter(({ status }) => status >= 400);
    for (const { name, status, content, headers } of refusals) {
      for (const example of examplesOf(content!['application/json']!) as Record<string, unknown>[]) {
        expect([name, STATUS_OF_CODE.get(example['code'] as string)]).toEqual([name, status]);
        expect([name, example['message']]).toEqual([name, expect.stringMatching(/^[A-Za-z].{10,}[.?]$/)]);
      }
      expect([name, Object.keys(headers ?? {}).sort()]).toEqual([
        name,
        [...(SENT_WITH[status] ?? []), 'X-Request-Id'].sort(),
      ]);
    }
  });

  it('has every code there is', () => {
    const { code } = (document.components!.schemas!['ErrorBody'] as OpenAPIV3_1.SchemaObject).properties!;
    expect((code as OpenAPIV3_1.SchemaObject).enum).toEqual([...STATUS_OF_CODE.keys()].sort());
  });

  it('has the headers of successes: the id of the request, versions, totals and links', () => {
    const headersOf = (id: string) => {
      const operation = operations.find(({ operationId }) => operationId === id)!;
      return Object.keys(responsesOf(operation).find(({ status }) => status < 300)?.headers ?? {}).sort();
    };
    expect(headersOf('deleteApiKey')).toEqual(['X-Request-Id']);
    expect(headersOf('createApiKey')).toEqual(['ETag', 'X-Request-Id']);
    expect(headersOf('getApiKey')).toEqual(['ETag', 'X-Request-Id']);
    expect(headersOf('listApiKeys')).toEqual(['Link', 'X-Request-Id', 'X-Total-Count', 'X-Total-Count-Relation']);
    expect(headersOf('listWorkspaces')).toEqual(['Link', 'X-Request-Id', 'X-Total-Count']);
    expect(headersOf('exportAuditRecords')).toEqual(['Content-Disposition', 'X-Request-Id']);
  });

  it('has examples of requests that the service carries out', async () => {
    const bodies = operations.flatMap((operation) => {
      const content = (operation.requestBody as OpenAPIV3_1.RequestBodyObject | undefined)?.content ?? {};
      return Object.values(content).flatMap((media) => examplesOf(media).map((body) => ({ operation, media, body })));
    });
    for (const { operation, media, body } of bodies) {
      assertValid(nameOf(operation), media.schema, body);
      const workspace = await createWorkspace(service);
      const id = operation.path.includes('{') ? await objectKindOf(operation.path).create(workspace) : '';
      const path = operation.path.replace('/api/v1', '').replace(/\{\w+\}/, encodeURIComponent(id));
      const answer = await workspace.operator.send(operation.method.toUpperCase(), path, { body });
      const success = Object.keys(operation.responses ?? {}).find((status) => status.startsWith('2'));
      expect([nameOf(operation), answer.status]).toEqual([nameOf(operation), Number(success)]);
    }
    expect(bodies.length).toBeGreaterThanOrEqual(11);
  });

  it('speaks the language of the API: no class names, no keys that could work', () => {
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/Dto|Controller|TypeORM|latchkey_/);
    for (const [candidate] of text.matchAll(/[A-Za-z][A-Za-z0-9]*_[0-9A-Za-z]{49}/g)) {
      expect(isWellFormedKey(candidate)).toBe(false);
    }
    for (const name of Object.keys(document.components?.schemas ?? {})) expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
  });
});
