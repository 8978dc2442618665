import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { errorBody } from 'latchkey/internal/http/error-body';
import { InternalError, RouteNotFoundError } from 'latchkey/internal/http/errors';
import { newId } from 'latchkey/internal/kernel/ids';
import type { LatchkeyError } from 'latchkey/internal/kernel/latchkey-error';
import { Connections } from '../serving/connections.js';
import { Metrics } from './metrics.service.js';

const TIMEOUT_MS = 10_000;

/** Answers `/metrics`, and nothing else, on an address of its own: of several workers, whichever is asked answers for all. */
@Injectable()
export class MetricsServer implements OnApplicationShutdown {
  private server: Server | undefined;

  constructor(private readonly metrics: Metrics) {}

  /** @returns its URL. @throws what keeps it from listening there. */
  async listen(address: { host: string; port: number }): Promise<string> {
    const server = createServer({ requestTimeout: TIMEOUT_MS });
    new Connections().serve(server, (request, response) => void this.answer(request, response));
    server.listen(address);
    await once(server, 'listening');
    this.server = server;
    const { address: host, port, family } = server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}/metrics`;
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    try {
      const isAsked = (method === 'GET' || method === 'HEAD') && url.split('?', 1)[0] === '/metrics';
      if (!isAsked) {
        refuse(response, new RouteNotFoundError());
        return;
      }
      const text = await this.metrics.text();
      response.setHeader('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE);
      response.end(text);
    } catch {
      refuse(response, new InternalError());
    }
  }
}

function refuse(response: ServerResponse, refusal: LatchkeyError): void {
  const requestId = newId();
  const body = errorBody(refusal, requestId);
  response.statusCode = body.statusCode;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('X-Request-Id', requestId);
  response.end(JSON.stringify(body));
}
