import type { OpenAPIObject } from '@nestjs/swagger';
import { requestBodiesOf, responsesOf, type MediaType, type Schema } from './operations.js';

/** Gives every body an example: its own, or else one composed of the examples of its fields. */
export function withExamples(document: OpenAPIObject): OpenAPIObject {
  for (const { content } of [...requestBodiesOf(document), ...responsesOf(document)]) {
    for (const media of Object.values(content ?? {})) exemplify(media, document);
  }
  return document;
}

function exemplify(media: MediaType, document: OpenAPIObject): void {
  if (media.example !== undefined || media.examples !== undefined) return;
  media.example = exampleOf(media.schema, document);
}

function exampleOf(schema: Schema | undefined, document: OpenAPIObject): unknown {
  if (!schema) return undefined;
  if ('$ref' in schema) return exampleOf(document.components?.schemas?.[schema.$ref.split('/').pop() ?? ''], document);
  if (schema.example !== undefined) return schema.example;
  if (schema.type === 'array') return [exampleOf(schema.items, document)];
  const [alternative] = schema.oneOf ?? schema.anyOf ?? schema.allOf ?? [];
  if (alternative) return exampleOf(alternative, document);
  return Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .map(([name, property]) => [name, exampleOf(property, document)])
      .filter(([, example]) => example !== undefined),
  );
}
