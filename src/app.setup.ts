import { NestFactory, HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { AppModule } from './app.module.js';
import { OPERATIONS, placeRoutes } from './app.routes.js';
import { errorBody, toLatchkeyError } from './common/error-body.js';
import { ErrorFilter } from './common/error.filter.js';
import { newId } from './common/ids.js';
import { IpRanges } from './common/ip-ranges.js';
import { LatchkeyError, RequestInvalidError } from './common/latchkey-error.js';
import { assertJsonInUtf8 } from './common/media-type.js';
import { acceptableRequestId, requestIdOf } from './common/request-id.js';
import { routeOf } from './common/request.js';
import { SecretScanner } from './common/secret-scanner.js';
import type { Environment } from './config/environment.js';
import { PinoLogger } from './config/pino-logger.js';
import { RequestLog } from './config/request-log.js';
import { Drain } from './drain.js';
import { HttpRequests } from './metrics/http-requests.js';
import { DOCUMENT, serveDocument } from './openapi/serve-document.js';
import type { LatchkeyModuleOptions } from './latchkey.options.js';
import { addVerifyShortcut } from './verify-shortcut.js';

const BODY_LIMIT = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Node's own 30 s would come on top of each limit. */
const CONNECTIONS_LOOKED_AT_EVERY_MS = 1000;
const LONGEST_PARAMETER = 2048;
// A byte order mark is left out, as most parsers of JSON do.
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

const WITHOUT_HOST = { field: 'Host', message: 'A request by HTTP/1.1 needs the header Host.' };

const PROTECTION: readonly [string, string][] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
];

export interface Service {
  app: NestFastifyApplication;
  drain: Drain;
}

/** The options of a process that serves. */
export function servingOptions({ databaseUrl, stateDir }: Environment, acceptRestored: boolean): LatchkeyModuleOptions {
  const folder = databaseUrl.startsWith('sqlite:') ? undefined : './data';
  return { restored: acceptRestored ? 'accept' : 'refuse', stateDir: stateDir ?? folder };
}

/** Builds the service on Fastify, ready to listen. Opens the database and brings its schema up to date. */
export async function createService(environment: Environment, options?: LatchkeyModuleOptions): Promise<Service> {
  const logger = new PinoLogger(environment);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(environment, options),
    adapterOf(environment),
    { logger, abortOnError: false, bodyParser: false },
  );
  placeRoutes(app);
  app.useGlobalFilters(new ErrorFilter(app.get(HttpAdapterHost)));
  acceptJsonOnly(app);
  addHooks(app, logger);
  answerTheRest(app.getHttpServer());
  const drain = app.get(Drain, { strict: false });
  drain.watch(app.getHttpServer());
  addVerifyShortcut(app);
  if (environment.docs) serveDocument(app);
  await app.init();
  return { app, drain };
}

function adapterOf({ operatorKey, keyPrefix, trustProxy }: Environment): FastifyAdapter {
  const secrets = new SecretScanner(operatorKey ? [operatorKey] : [], [keyPrefix]);
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: trustProxy === false ? false : trustOf(trustProxy),
    forceCloseConnections: 'idle',
    http: {
      // Node's own refusal says nothing.
      requireHostHeader: false,
      // Also for a connection on which nothing comes: there are not many of them.
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_LOOKED_AT_EVERY_MS,
    },
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PARAMETER },
    genReqId: (raw: IncomingMessage) => {
      const given = raw.headers['x-request-id'];
      const id = (typeof given === 'string' ? acceptableRequestId(given, secrets) : undefined) ?? randomUUID();
      raw.headers['x-request-id'] = id;
      return id;
    },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const refusal = toLatchkeyError(error);
      const requestId = requestIdOf(request);
      void reply
        .code(refusal.getStatus())
        .headers({ ...Object.fromEntries(PROTECTION), 'Cache-Control': 'no-store', 'X-Request-Id': requestId })
        .send(errorBody(refusal, requestId));
    },
    clientErrorHandler: answerUnparsable,
  });
}

/** Whose `X-Forwarded-For` is believed: Fastify's own reading knows no address with a port. */
function trustOf(proxies: number | string[]): (address: string, hop: number) => boolean {
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies;
  const ranges = new IpRanges(proxies);
  return (address) => ranges.include(address);
}

/** What is not even HTTP is answered in the same form as every other refusal. */
function answerUnparsable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  answerRaw(socket, unparsable(error.code));
}

/** What Node would answer, or leave unanswered, by itself. */
function answerTheRest(server: Server): void {
  // Node would leave out what comes after the thousandth, such as what a proxy adds. Their size is bounded all the same.
  server.maxHeadersCount = 0;
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    answerRaw(socket, toLatchkeyError({ statusCode: 404 }));
  });
  server.on('checkExpectation', ({ socket }: IncomingMessage) => {
    answerRaw(socket, toLatchkeyError({ statusCode: 417 }));
  });
}

function answerRaw(socket: Socket, refusal: LatchkeyError): void {
  const requestId = newId();
  const body = JSON.stringify(errorBody(refusal, requestId));
  socket.end(
    `HTTP/1.1 ${refusal.getStatus()} ${STATUS_CODES[refusal.getStatus()]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      PROTECTION.map(([name, value]) => `${name}: ${value}\r\n`).join('') +
      'Cache-Control: no-store\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${requestId}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function unparsable(code: string | undefined): LatchkeyError {
  if (code === 'HPE_HEADER_OVERFLOW') return toLatchkeyError({ statusCode: 431 });
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new LatchkeyError('request.timeout', 'The request did not arrive whole in time.');
  }
  return new LatchkeyError('request.invalid', 'The request is not well-formed HTTP.');
}

function acceptJsonOnly(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      assertJsonInUtf8(request.headers);
      // Clients that name a content type on a request without a body are common, and mean no harm.
      if (bytes.length === 0) done(null, undefined);
      else void parse(request, UTF_8.decode(bytes as Buffer), done);
    } catch (error) {
      done(error instanceof LatchkeyError ? error : notUtf8());
    }
  });
}

function notUtf8(): RequestInvalidError {
  return new RequestInvalidError([{ field: 'body', message: 'The body must be UTF-8.' }]);
}

function addHooks(app: NestFastifyApplication, logger: PinoLogger): void {
  const fastify = app.getHttpAdapter().getInstance();
  const requests = app.get(HttpRequests, { strict: false });
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    for (const [name, value] of PROTECTION) void reply.header(name, value);
    const route = routeOf(request);
    if (!route.startsWith('/docs')) void reply.header('Cache-Control', 'no-store');
    if (isMisspelt(route, pathOf(request.raw))) done(toLatchkeyError({ statusCode: 404 }));
    else done(lacksHost(request.raw) ? new RequestInvalidError([WITHOUT_HOST]) : undefined);
  });
  const log = new RequestLog(logger);
  fastify.addHook('onResponse', (request, reply, done) => {
    requests.count(request.method, routeOf(request), reply.statusCode, reply.elapsedTime);
    log.write(request, reply);
    done();
  });
}

/** A proxy that keeps some routes to itself does so by their paths, not by other spellings of them. */
function isMisspelt(route: string, path: string): boolean {
  if (OPERATIONS.has(route) || DOCUMENT.has(route)) return path !== route;
  return route.startsWith('/docs') && !path.startsWith('/docs');
}

/** RFC 9112 §3.2. */
function lacksHost({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.host === undefined;
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}
