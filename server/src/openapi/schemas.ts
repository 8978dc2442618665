import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, requestBodiesOf, responsesOf } from './operations.js';

type Keywords = Record<string, unknown>;

/**
 * Writes schemas as OpenAPI 3.1 does, where they are JSON Schema, and the generator speaks 3.0: "or null" is a type and
 * no flag, and examples are a list. (A single example of an optional parameter would also be sent by Swagger UI.)
 */
export function withJsonSchemas(document: OpenAPIObject): OpenAPIObject {
  const { schemas = {} } = document.components ?? {};
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = toJsonSchema(schema);
  const parameters = operationsOf(document).flatMap((operation) => operation.parameters ?? []);
  const bodies = [...requestBodiesOf(document), ...responsesOf(document)];
  const media = bodies.flatMap(({ content = {} }) => Object.values(content));
  for (const holder of [...parameters, ...media] as { schema?: Keywords }[]) {
    if (holder.schema) holder.schema = toJsonSchema(holder.schema);
  }
  return document;
}

function toJsonSchema<T extends object>(schema: T): T {
  const { nullable, example, ...keywords } = mapSubschemas(schema as Keywords);
  const { description, ...rest } = keywords;
  const examples = example === undefined ? {} : { examples: [example] };
  if (nullable !== true) return { ...keywords, ...examples } as T;
  if (typeof rest['type'] === 'string') return { ...keywords, type: [rest['type'], 'null'], ...examples } as T;
  return { description, anyOf: [referenceOf(rest), { type: 'null' }], ...examples } as unknown as T;
}

// The generator wraps a reference that has other keywords beside it.
function referenceOf({ allOf, ...schema }: Keywords): unknown {
  return Array.isArray(allOf) ? (allOf as unknown[])[0] : schema;
}

function mapSubschemas(schema: Keywords): Keywords {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties') return [keyword, mapValues(value as Record<string, object>)];
      if (keyword === 'items') return [keyword, toJsonSchema(value as object)];
      if (['oneOf', 'anyOf', 'allOf'].includes(keyword)) return [keyword, (value as object[]).map(toJsonSchema)];
      return [keyword, value];
    }),
  );
}

function mapValues(properties: Record<string, object>): Record<string, object> {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, toJsonSchema(property)]));
}
