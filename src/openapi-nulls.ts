import type { OpenAPIObject } from '@nestjs/swagger';

/** OpenAPI 3.1 says "or null" by a type, where 3.0, which the generator speaks, says it by a flag. */
export function withNullTypes(document: OpenAPIObject): OpenAPIObject {
  return rewrite(document) as OpenAPIObject;
}

function rewrite(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rewrite);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, rewrite(value)]));
  if (typeof nullable !== 'boolean') return 'nullable' in node ? { ...schema, nullable: rewrite(nullable) } : schema;
  if (!nullable) return schema;
  if (typeof schema['type'] === 'string') return { ...schema, type: [schema['type'], 'null'] };
  const { allOf, description, example, ...reference } = schema;
  const [alternative] = Array.isArray(allOf) ? (allOf as unknown[]) : [reference];
  return { anyOf: [alternative, { type: 'null' }], description, example };
}
