import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const DESCRIPTION = `API keys, permissions and an audit trail.

Press **Authorize** and paste a key: the operator key, or any API key. The operator also names the workspace it acts in,
in the header \`X-Workspace-Id\`.`;

/** The OpenAPI 3.1 document of the application, generated from its code. */
export function openApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Latchkey')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Authorization: Bearer <key>' }, 'bearer')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'X-API-Key: <key>' }, 'apiKey')
    .build();
  return withNullTypes(SwaggerModule.createDocument(app, config)) as OpenAPIObject;
}

/** OpenAPI 3.1 says "or null" by a type, where 3.0, which the generator speaks, says it by a flag. */
function withNullTypes(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNullTypes);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, withNullTypes(value)]));
  if (typeof nullable !== 'boolean')
    return 'nullable' in node ? { ...schema, nullable: withNullTypes(nullable) } : schema;
  if (!nullable) return schema;
  if (typeof schema['type'] === 'string') return { ...schema, type: [schema['type'], 'null'] };
  const { allOf, description, example, ...reference } = schema;
  const [alternative] = Array.isArray(allOf) ? (allOf as unknown[]) : [reference];
  return { anyOf: [alternative, { type: 'null' }], description, example };
}
