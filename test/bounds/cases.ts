import type { OpenAPIV3_1 } from 'openapi-types';
import { requestOf } from '../support/pipeline.js';
import { idOf, permissionOf, subjectOf } from './large-workspace.js';
import { FRAGMENTS, JSON_SHAPES, MOST_OF_A_HEADER, repeated } from './nasty.js';

export interface BoundsCase {
  name: string;
  method: string;
  path: string;
  headers: [string, string][];
  body?: string;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const HEADERS = [
  'User-Agent',
  'X-Request-Id',
  'X-Workspace-Id',
  'X-Forwarded-For',
  'If-Match',
  'If-None-Match',
  'Idempotency-Key',
  'Accept',
  'Content-Type',
];
const CREDENTIALS = ['Authorization', 'X-API-Key'];
const JSON_TYPE: [string, string] = ['Content-Type', 'application/json'];
const ONE_PARAMETER = 2000;

/** Every operation of the document × every field × every shape. */
export function* boundsCases(document: OpenAPIV3_1.Document): Generator<BoundsCase> {
  yield* largestPages();
  for (const [template, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item?.[method];
      if (operation) yield* casesOf(document, method.toUpperCase(), template, operation);
    }
  }
}

/** Requests of each kind, as short as they can be, to be sent many at once. */
export function pipelinedRequests(credentials: [string, string][]): string[] {
  const targets: [target: string, body?: object][] = [
    ['GET /'],
    ['GET /x'],
    ['GET /metrics'],
    ['GET /health/ready'],
    ['GET /docs-json'],
    ['HEAD /docs/swagger-ui-init.js'],
    ['GET /docs/swagger-ui-bundle.js'],
    ['GET /api/v1/me'],
    ['GET /api/v1/apikey?limit=200'],
    ['HEAD /api/v1/audit/export'],
    [`DELETE /api/v1/apikey/${idOf(1_000_000)}`],
    ['POST /api/v1/role', { name: 'x', permissions: ['apikeys:view'] }],
    ['POST /api/v1/verify', { apiKey: 'x' }],
  ];
  const lines = credentials.map(([name, value]) => `${name}: ${value}`);
  return targets.map(([target, body]) => requestOf(target, lines, body));
}

function* largestPages(): Generator<BoundsCase> {
  for (const path of [
    '/apikey?limit=200',
    '/apikey?limit=200&page=495',
    '/apikey?limit=200&page=1&sort=keyName',
    '/apikey?limit=200&search=Key',
    '/apikey?limit=200&page=1000000',
    '/member?limit=200',
    '/member?limit=200&page=495',
    '/role?limit=200',
    '/permission',
    '/audit?limit=500',
    '/me',
    `/apikey/${idOf(0)}`,
    `/member/${subjectOf(0)}`,
    `/role/${idOf(0)}`,
  ]) {
    yield { name: 'as much as there is', method: 'GET', path: `/api/v1${path}`, headers: [] };
  }
  for (const path of ['/docs', '/docs-json', '/docs-yaml', '/docs/swagger-ui-init.js', '/metrics', '/health/ready']) {
    yield { name: 'as much as there is', method: 'GET', path, headers: [] };
  }
  const dryRun = JSON.stringify({
    name: 'Role 0',
    permissions: Array.from({ length: 100 }, (_, at) => permissionOf(at)),
  });
  yield {
    name: 'a dry run',
    method: 'PUT',
    path: `/api/v1/role/${idOf(0)}?dryRun=true`,
    headers: [JSON_TYPE],
    body: dryRun,
  };
}

function* casesOf(
  document: OpenAPIV3_1.Document,
  method: string,
  template: string,
  operation: OpenAPIV3_1.OperationObject,
): Generator<BoundsCase> {
  const path = withIds(template);
  const name = `${method} ${template}`;
  const fields = bodyFieldsOf(document, operation);
  const example = fields === undefined ? {} : { headers: [JSON_TYPE], body: JSON.stringify(fields) };
  const plain = { headers: [] as [string, string][], ...example };
  for (const [shape, fragment] of Object.entries(FRAGMENTS)) {
    const text = repeated(fragment, MOST_OF_A_HEADER);
    for (const header of [...HEADERS, ...CREDENTIALS]) {
      const others = plain.headers.filter(([other]) => other !== header);
      yield { ...plain, name: `${name} ${header}: ${shape}`, method, path, headers: [...others, [header, text]] };
    }
    const query = encodeURIComponent(fragment);
    for (const parameter of queryFieldsOf(operation)) {
      const value = query.repeat(Math.floor(MOST_OF_A_HEADER / query.length));
      yield { ...plain, name: `${name} ?${parameter}: ${shape}`, method, path: `${path}?${parameter}=${value}` };
    }
    if (template.includes('{')) {
      for (const bytes of [ONE_PARAMETER, MOST_OF_A_HEADER]) {
        const id = query.repeat(Math.floor(bytes / query.length));
        yield { ...plain, name: `${name} path: ${shape}`, method, path: template.replace(/\{\w+\}/, id) };
      }
    }
  }
  const many = Array.from({ length: 2000 }, (_, at) => `p${at}=`).join('&');
  yield { ...plain, name: `${name} ?many parameters`, method, path: `${path}?${many}` };
  yield { ...plain, name: `${name} ?one parameter many times`, method, path: `${path}?${'page=1&'.repeat(1700)}` };
  yield { ...plain, name: `${name} many headers`, method, path, headers: [...plain.headers, ...manyHeaders()] };
  if (fields === undefined) return;
  for (const [shape, make] of Object.entries(JSON_SHAPES)) {
    const value = make();
    yield { name: `${name} body: ${shape}`, method, path, headers: [JSON_TYPE], body: value };
    for (const field of [...Object.keys(fields), 'unknown']) {
      const others = Object.entries(fields).filter(([other]) => other !== field);
      const rest = others.map(([other, given]) => `,${JSON.stringify(other)}:${JSON.stringify(given)}`).join('');
      yield {
        name: `${name} body.${field}: ${shape}`,
        method,
        path,
        headers: [JSON_TYPE],
        body: `{${JSON.stringify(field)}:${value}${rest}}`,
      };
    }
  }
}

function manyHeaders(): [string, string][] {
  return Array.from({ length: 700 }, (_, at) => [at % 2 ? 'X-API-Key' : `X-${at}`, 'eyJa.b.c']);
}

let next = 1000;

/** Ids of what there is, so that the work is done; each of a key only once, for it may be deleted. */
function withIds(template: string): string {
  next += 1;
  if (template.includes('/workspace/')) return template.replace(/\{\w+\}/, '01900000-0000-7000-8000-ffffffffffff');
  if (template.includes('/role/')) return template.replace(/\{\w+\}/, idOf(7));
  if (template.includes('/member/')) return template.replace(/\{\w+\}/, subjectOf(next));
  if (template.includes('/permission/')) return template.replace(/\{\w+\}/, permissionOf(35));
  return template.replace(/\{\w+\}/, idOf(next));
}

function queryFieldsOf({ parameters = [] }: OpenAPIV3_1.OperationObject): string[] {
  const named = parameters as OpenAPIV3_1.ParameterObject[];
  return [...named.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name), 'unknown'];
}

/** Every field of a body with an example of it; undefined where there is no body. */
function bodyFieldsOf(
  document: OpenAPIV3_1.Document,
  { requestBody }: OpenAPIV3_1.OperationObject,
): Record<string, unknown> | undefined {
  const content = (requestBody as OpenAPIV3_1.RequestBodyObject | undefined)?.content;
  const schema = content?.['application/json']?.schema as { $ref?: string } | undefined;
  const name = schema?.$ref?.split('/').at(-1);
  if (name === undefined) return content ? {} : undefined;
  const { properties = {} } = document.components?.schemas?.[name] as OpenAPIV3_1.SchemaObject;
  const examples = Object.entries(properties).map(([field, property]) => {
    const { examples: [example] = [] } = property as OpenAPIV3_1.SchemaObject;
    return [field, example ?? null] as const;
  });
  return Object.fromEntries(examples.filter(([, example]) => example !== null));
}
