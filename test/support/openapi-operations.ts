import type { OpenAPIV3_1 } from 'openapi-types';
import type { Body } from './client.js';
import { uniqueName } from './service.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** What the OpenAPI document says of a route, as far as a caller needs it. */
export interface DocumentedOperation {
  method: string;
  path: string;
  /** The status of a success. */
  success: number;
  /** A body that will do, from the examples; undefined for a route that takes none. */
  body: () => Body;
}

export function documentedOperations(document: OpenAPIV3_1.Document): DocumentedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item?.[method];
      if (!operation) return [];
      const [success] = Object.keys(operation.responses).filter((status) => status.startsWith('2'));
      return [{ method, path, success: Number(success), body: () => exampleOf(operation) }];
    }),
  );
}

/** The first example of a request body, with names that nothing else has. */
function exampleOf({ requestBody }: OpenAPIV3_1.OperationObject): Body {
  const { content = {} } = (requestBody ?? {}) as Partial<OpenAPIV3_1.RequestBodyObject>;
  const { example, examples = {} }: OpenAPIV3_1.MediaTypeObject = content['application/json'] ?? {};
  const [named] = Object.values(examples) as OpenAPIV3_1.ExampleObject[];
  const body = named ? named.value : example;
  if (body === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(body).map(([field, value]) => [
      field,
      /^(keyName|name|externalId)$/.test(field) ? unique(value) : value,
    ]),
  );
}

function unique(name: unknown): string {
  return uniqueName(String(name)).replaceAll(' ', String(name).includes(' ') ? ' ' : '');
}
