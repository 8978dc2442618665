import type { OpenAPIV3_1 } from 'openapi-types';

type Document = OpenAPIV3_1.Document;
type Operation = OpenAPIV3_1.OperationObject;
type Content = Record<string, OpenAPIV3_1.MediaTypeObject>;

const PREFIX = '/api/v1';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const REFUSED: OpenAPIV3_1.ResponseObject = {
  description: 'A refusal; its `code` says why.',
  headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } },
  content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } },
};

/**
 * What of the service's OpenAPI document its client is generated from: the routes of the API, without the prefix, which
 * every host chooses for itself. Routes that only refuse are left out, so that a call without an id does not compile;
 * and so is what the document says hundreds of times: the one body of refusals by status, and examples of whole bodies.
 *
 * @throws {Error} if no route has the prefix.
 */
export function clientDocumentOf(document: Document): Document {
  const paths = Object.entries(document.paths ?? {})
    .filter(([path]) => path.startsWith(`${PREFIX}/`))
    .map(([path, item]) => [path.slice(PREFIX.length), callableOf(item ?? {})] as const)
    .filter(([, operations]) => Object.keys(operations).length > 0);
  if (paths.length === 0) throw new Error(`The document has no routes under ${PREFIX}.`);
  return withoutUnusedSchemas({ ...document, paths: sorted(paths) });
}

function callableOf(item: OpenAPIV3_1.PathItemObject): Record<string, Operation> {
  return Object.fromEntries(
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation && successesOf(operation).length > 0 ? [[method, shortened(operation)]] : [];
    }),
  );
}

function successesOf({ responses }: Operation): [string, OpenAPIV3_1.ResponseObject][] {
  const all = Object.entries(responses ?? {}) as [string, OpenAPIV3_1.ResponseObject][];
  return all.filter(([status]) => status.startsWith('2'));
}

function shortened(operation: Operation): Operation {
  const body = operation.requestBody as OpenAPIV3_1.RequestBodyObject | undefined;
  const successes = successesOf(operation).map(([status, { content = {}, ...response }]) => [
    status,
    { ...response, content: withoutExamples(content) },
  ]);
  return {
    ...operation,
    ...(body && { requestBody: { ...body, content: withoutExamples(body.content) } }),
    responses: { ...(Object.fromEntries(successes) as Operation['responses']), default: REFUSED },
  };
}

function withoutExamples(content: Content): Content {
  return Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, { schema }]));
}

function withoutUnusedSchemas(document: Document): Document {
  const text = JSON.stringify(document);
  const schemas = Object.entries(document.components?.schemas ?? {}).filter(([name]) =>
    text.includes(`"#/components/schemas/${name}"`),
  );
  return { ...document, components: { ...document.components, schemas: sorted(schemas) } };
}

/** By name: the document has the order of the application's modules, which is no matter of the client's. */
function sorted<T>(entries: (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
