import type { ExecutionContext } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import type { LatchkeyError } from '../kernel/latchkey-error.js';

/** What Express's and Fastify's requests have in common, as far as this library reads them. */
export interface HttpRequest {
  method: string;
  headers: IncomingHttpHeaders;
  ip?: string;
  id?: unknown;
  url: string;
  originalUrl?: string;
  raw?: { rawHeaders: string[] };
  socket?: { remoteAddress?: string };
  rawHeaders?: string[];
  routeOptions?: { url?: string };
  route?: { path?: string };
  params?: unknown;
  body?: unknown;
  /** The bytes of the body, in an application that keeps them. */
  rawBody?: Uint8Array;
  /** On Express: whether the caller has the answer already, by its `ETag`. */
  fresh?: boolean;
}

/** What Express's and Fastify's responses have in common, as far as this library writes them. */
export interface HttpResponse {
  header(name: string, value: string): unknown;
  /** On Express: the application, with its settings. */
  app?: { get: (setting: string) => unknown };
}

/**
 * The request behind a call: of HTTP; of GraphQL, what its context has as `req`, `request` or `reply`; of a WebSocket, the
 * handshake that opened it. One without any headers where there is none.
 */
export function requestOf(context: ExecutionContext): HttpRequest {
  // What switchToHttp().getRequest() gives, without the three functions that it makes for each question.
  return context.getType() === 'http' ? context.getArgByIndex<HttpRequest>(0) : requestBehind(context);
}

/** Puts the headers of a refusal on its answer, whoever will answer it. */
export function withHeaders(context: ExecutionContext, error: LatchkeyError): LatchkeyError {
  if (context.getType() !== 'http') return error;
  const response = context.getArgByIndex<HttpResponse>(1);
  for (const [name, value] of Object.entries(error.headers)) response.header(name, value);
  return error;
}

/** The pattern of the matched route, such as `/api/v1/apikey/:id`: safe to log, for it holds nothing a caller wrote. */
export function routeOf(request: HttpRequest): string {
  return request.routeOptions?.url ?? request.route?.path ?? '';
}

/** The value of a header, or undefined when it is absent. A header sent twice arrives joined by commas. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** What `@nestjs/graphql` hands to resolvers, with Apollo's or Mercurius's default context. */
interface GraphqlContext {
  req?: HttpRequest;
  request?: HttpRequest;
  reply?: { request?: HttpRequest };
  /** Of a subscription over `graphql-ws`. */
  extra?: { request?: HttpRequest };
}

/** Socket.IO's socket; or one of `ws`, onto which its gateway has put the request that opened it. */
interface WebSocketClient {
  handshake?: { headers: HttpRequest['headers']; address?: string; url?: string };
  request?: HttpRequest;
}

const handshakes = new WeakMap<object, HttpRequest>();

function requestBehind(context: ExecutionContext): HttpRequest {
  const type = context.getType<string>();
  if (type === 'graphql') return requestOfGraphql(context.getArgByIndex<GraphqlContext | undefined>(2));
  if (type === 'ws') return requestOfSocket(context.getArgByIndex<WebSocketClient>(0));
  return nothing();
}

function requestOfGraphql(context: GraphqlContext = {}): HttpRequest {
  return context.req ?? context.request ?? context.reply?.request ?? context.extra?.request ?? nothing();
}

function requestOfSocket(client: WebSocketClient): HttpRequest {
  const known = handshakes.get(client);
  if (known) return known;
  const { handshake, request } = client;
  const ip = handshake?.address ?? request?.socket?.remoteAddress;
  const headers = handshake?.headers ?? request?.headers ?? {};
  const seen = { method: 'WS', url: handshake?.url ?? request?.url ?? '', headers, ip };
  handshakes.set(client, seen);
  return seen;
}

function nothing(): HttpRequest {
  return { method: '', url: '', headers: {} };
}
