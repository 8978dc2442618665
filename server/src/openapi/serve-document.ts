import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { dump } from 'js-yaml';
import { createHash } from 'node:crypto';
import { VERSION } from '../version.js';
import { openApiDocument } from './document.js';

/** Where the document is. It is answered at exactly these paths. */
export const DOCUMENT: ReadonlySet<string> = new Set(['/docs-json', '/docs-yaml']);

type Answer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

const SCRIPT = 'application/javascript; charset=utf-8';
const ENTITY_TAG = /(?:W\/)?("[^"]*")/g;

/** Serves the OpenAPI document on `/docs-json` and `/docs-yaml`, and Swagger UI on `/docs`, where `/` leads. */
export function serveDocument(app: NestFastifyApplication): void {
  const document = openApiDocument(app, VERSION);
  keepSwaggerUi(app);
  SwaggerModule.setup('docs', app, document, {
    raw: false,
    customSiteTitle: 'Latchkey API',
    customCss: '.swagger-ui .topbar { display: none }',
    // A key that somebody pastes is forgotten with the page: in the browser's storage any script of the origin finds it.
    swaggerOptions: { persistAuthorization: false, deepLinking: true, defaultModelsExpandDepth: 0 },
  });
  const yaml = dump(document, { skipInvalid: true, noRefs: true });
  app
    .getHttpAdapter()
    .getInstance()
    .get('/docs-json', answerOf('application/json; charset=utf-8', JSON.stringify(document)))
    .get('/docs-yaml', answerOf('text/yaml; charset=utf-8', yaml))
    .get('/', (_, reply) => reply.redirect('/docs'));
}

/** Swagger UI has the document in a script, which it would write anew for each caller. */
function keepSwaggerUi(app: NestFastifyApplication): void {
  let answer: Answer | undefined;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', function (route) {
      if (!route.url.endsWith('/swagger-ui-init.js')) return;
      const taken = { type: () => undefined, send: (script: string) => (answer = answerOf(SCRIPT, script)) };
      if (!answer) void route.handler.call(this, undefined as never, taken as never);
      if (answer) route.handler = answer;
    });
}

/** Made once: anybody may ask for it, any number of times. */
function answerOf(type: string, text: string): Answer {
  const bytes = Buffer.from(text);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  return (request, reply) => {
    void reply.header('ETag', etag).header('Cache-Control', 'no-cache');
    if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.header('Content-Type', type).send(bytes);
  };
}

/** RFC 9110 §13.1.2. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || [...ifNoneMatch.matchAll(ENTITY_TAG)].some(([, tag]) => tag === etag);
}
