import { NestFactory, HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { LatchkeyModuleOptions } from 'latchkey';
import { errorBody, toLatchkeyError } from 'latchkey/internal/http/error-body';
import { ErrorFilter } from 'latchkey/internal/http/error.filter';
import {
  ExpectationFailedError,
  HeadersTooLargeError,
  MalformedHttpError,
  RequestTimeoutError,
  RouteNotFoundError,
} from 'latchkey/internal/http/errors';
import { assertJsonInUtf8 } from 'latchkey/internal/http/media-type';
import { acceptableRequestId, requestIdOf } from 'latchkey/internal/http/request-id';
import { routeOf } from 'latchkey/internal/http/request';
import { RequestInvalidError } from 'latchkey/internal/input/errors';
import { newId } from 'latchkey/internal/kernel/ids';
import { SecretScanner } from 'latchkey/internal/kernel/keys/secret-scanner';
import { LatchkeyError } from 'latchkey/internal/kernel/latchkey-error';
import { IpRanges } from 'latchkey/internal/kernel/network/ip-ranges';
import { AppModule } from './app.module.js';
import { OPERATIONS, placeRoutes } from './app.routes.js';
import type { Environment } from './config/environment.js';
import { PinoLogger } from './config/pino-logger.js';
import { RequestLog } from './config/request-log.js';
import { Connections } from './serving/connections.js';
import { Drain } from './serving/drain.js';
import { HttpRequests } from './metrics/http-requests.js';
import { DOCUMENT, serveDocument } from './openapi/serve-document.js';
import { addVerifyShortcut } from './serving/verify-shortcut.js';

const BODY_LIMIT = 64 * 1024;
const SERVER: ServerOptions = {
  // Node's own refusal says nothing.
  requireHostHeader: false,
  // Longer than proxies keep theirs: it is for the sender to end a connection.
  keepAliveTimeout: 72_000,
  requestTimeout: 30_000,
  // Also for a connection on which nothing comes: there are not many of them.
  headersTimeout: 10_000,
  // Node's own 30 s would come on top of each limit.
  connectionsCheckingInterval: 1000,
};
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
  const connections = new Connections();
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(environment, options),
    adapterOf(environment, connections),
    { logger, abortOnError: false, bodyParser: false },
  );
  placeRoutes(app);
  app.useGlobalFilters(new ErrorFilter(app.get(HttpAdapterHost)));
  acceptJsonOnly(app);
  addHooks(app, logger);
  answerTheRest(app.getHttpServer(), connections);
  const drain = app.get(Drain, { strict: false });
  drain.watch(app.getHttpServer(), connections);
  addVerifyShortcut(app);
  if (environment.docs) serveDocument(app);
  try {
    await app.init();
  } catch (error) {
    // What has begun would keep the process alive.
    await app.close().catch(() => undefined);
    throw error;
  }
  return { app, drain };
}

function adapterOf({ operatorKey, keyPrefix, trustProxy }: Environment, connections: Connections): FastifyAdapter {
  const secrets = new SecretScanner(operatorKey ? [operatorKey] : [], [keyPrefix]);
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: trustProxy === false ? false : trustOf(trustProxy),
    forceCloseConnections: 'idle',
    serverFactory: (begin: RequestListener) => {
      const server = createServer(SERVER);
      connections.serve(server, begin);
      return server;
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
      const body = errorBody(refusal, requestId);
      void reply
        .code(body.statusCode)
        .headers({ ...Object.fromEntries(PROTECTION), 'Cache-Control': 'no-store', 'X-Request-Id': requestId })
        .send(body);
    },
    clientErrorHandler: (error, socket) => connections.afterRequests(socket, () => answerUnparsable(error, socket)),
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
function answerTheRest(server: Server, connections: Connections): void {
  // Node would leave out what comes after the thousandth, such as what a proxy adds. Their size is bounded all the same.
  server.maxHeadersCount = 0;
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    connections.afterRequests(socket, () => answerRaw(socket, new RouteNotFoundError()));
  });
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

function answerRaw(socket: Socket, refusal: LatchkeyError): void {
  const requestId = newId();
  const body = errorBody(refusal, requestId);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${body.statusCode} ${body.error}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      PROTECTION.map(([name, value]) => `${name}: ${value}\r\n`).join('') +
      'Cache-Control: no-store\r\n' +
      `Content-Length: ${Buffer.byteLength(text)}\r\nX-Request-Id: ${requestId}\r\nConnection: close\r\n\r\n${text}`,
  );
}

function unparsable(code: string | undefined): LatchkeyError {
  if (code === 'HPE_HEADER_OVERFLOW') return new HeadersTooLargeError();
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RequestTimeoutError();
  return new MalformedHttpError();
}

function acceptJsonOnly(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      assertJsonInUtf8(request.headers);
      // Clients that name a content type on a request without a body are common, and mean no harm.
      if (bytes.length === 0) {
        done(null, undefined);
        return;
      }
      const text = UTF_8.decode(bytes as Buffer);
      Object.assign(request, { rawBody: bytes });
      void parse(request, text, done);
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
    const refusal = refusalOf(request.raw, route);
    // A body that the refused one was to send may come or not.
    if (refusal instanceof ExpectationFailedError) void reply.header('Connection', 'close');
    done(refusal);
  });
  const log = new RequestLog(logger);
  fastify.addHook('onResponse', (request, reply, done) => {
    requests.count(request.method, routeOf(request), reply.statusCode, reply.elapsedTime);
    log.write(request, reply);
    done();
  });
}

function refusalOf(request: IncomingMessage, route: string): LatchkeyError | undefined {
  if (isMisspelt(route, pathOf(request))) return new RouteNotFoundError();
  if (lacksHost(request)) return new RequestInvalidError([WITHOUT_HOST]);
  return expectsMore(request) ? new ExpectationFailedError() : undefined;
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

/** RFC 9110 §10.1.1, read as Node does, which has asked for the body by then. */
function expectsMore({ httpVersion, headers: { expect } }: IncomingMessage): boolean {
  return httpVersion === '1.1' && expect !== undefined && !/(?:^|\W)100-continue(?:$|\W)/i.test(expect);
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}
