import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { FEATURES } from 'latchkey/internal/latchkey.features';
import { withExamples } from './examples.js';
import { withRequestIds } from './headers.js';
import { withShortNames } from './names.js';
import { withJsonSchemas } from './schemas.js';

const DESCRIPTION = `API keys, permissions and an audit trail.

Press **Authorize** and paste a key under **bearer**: the operator's key that the service printed at its first start, or any
API key; or the token of a member. A key acts in its own workspace; an operator names the workspace to act in, in the header \`X-Workspace-Id\`.

Every refusal has the same body; its \`code\` is stable and meant for programs. Every answer has an \`X-Request-Id\`: the
caller's own if the request sent one, and the same as in the log and on the trail.`;

const OPERATIONS = { name: 'Operations', description: 'For load balancers and orchestrators. No key needed.' };

/** The OpenAPI 3.1 document of the application, generated from its code. */
export function openApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Latchkey')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addSecurity('bearer', { type: 'http', scheme: 'bearer', description: 'Sent as `Authorization: Bearer <key>`.' })
    .addSecurity('apiKey', {
      type: 'apiKey',
      in: 'header',
      name: 'X-API-Key',
      description: 'Sent as `X-API-Key: <key>`.',
    });
  const tags = FEATURES.flatMap(({ tag }) => tag ?? []);
  for (const { name, description } of [...tags, OPERATIONS]) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build());
  return withRequestIds(withJsonSchemas(withExamples(withShortNames(document))));
}
