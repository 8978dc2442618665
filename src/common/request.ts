import type { ExecutionContext } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';

/** What Express's and Fastify's requests have in common, as far as this library reads them. */
export interface HttpRequest {
  method: string;
  headers: IncomingHttpHeaders;
  ip?: string;
  id?: unknown;
  url: string;
  originalUrl?: string;
  raw?: { rawHeaders: string[] };
  rawHeaders?: string[];
  routeOptions?: { url?: string };
  route?: { path?: string };
  params?: unknown;
}

/** What Express's and Fastify's responses have in common, as far as this library writes them. */
export interface HttpResponse {
  header(name: string, value: string): unknown;
}

export function requestOf(context: ExecutionContext): HttpRequest {
  // What switchToHttp().getRequest() gives, without the three functions that it makes for each question.
  return context.getArgByIndex<HttpRequest>(0);
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
