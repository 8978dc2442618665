import { Injectable } from '@nestjs/common';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** How long requests in flight are waited for once the service has stopped listening. */
export const ANSWER_MS = 18_000;

// On a connection without a request, new or kept by its client, one may be on its way.
const IDLE_MS = 300;
const QUIET_TURN_MS = 0.2;
const LONGEST_WAIT_FOR_QUIET_MS = 1000;

/**
 * Stops a server without losing a request. First it is not ready but still serves, so that balancers and clients turn to
 * other instances. Then it stops listening, and answers what it has accepted.
 */
@Injectable()
export class Drain {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly inFlight = new Set<ServerResponse>();
  private leaving = false;
  private endsIdle = false;

  /** Whether {@link stop} has been called. */
  get isStopping(): boolean {
    return this.leaving;
  }

  /** Watches the connections and requests of a server that does not listen yet. */
  watch(server: Server): void {
    this.server = server;
    server.on('connection', (socket) => this.connected(socket));
    // Ahead of the application, so that no request escapes.
    server.prependListener('request', (_request, response) => this.enter(response));
  }

  /**
   * Resolves once the server is closed. Every answer from now on tells its client to send the next request on another
   * connection.
   *
   * @param servingMs how long the server still serves everybody
   * @param answerMs how long requests in flight are waited for after that; then their connections are cut
   */
  async stop(servingMs: number, answerMs = ANSWER_MS): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.leaving = true;
    for (const response of this.inFlight) response.shouldKeepAlive = false;
    await setTimeout(servingMs, undefined, { ref: false });
    await untilQuiet(server);
    const closed = once(server, 'close');
    // The one of HTTP would also cut connections whose last answer is not sent to its end.
    NetServer.prototype.close.call(server);
    const idle = globalThis.setTimeout(() => this.endIdle(), IDLE_MS);
    const late = globalThis.setTimeout(() => server.closeAllConnections(), answerMs);
    await closed;
    clearTimeout(idle);
    clearTimeout(late);
  }

  private connected(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private enter(response: ServerResponse): void {
    this.inFlight.add(response);
    if (this.leaving) response.shouldKeepAlive = false;
    response.on('close', () => {
      this.inFlight.delete(response);
      // Its client may have been promised before that the connection is kept.
      if (this.endsIdle) this.endIdle();
    });
  }

  private endIdle(): void {
    this.endsIdle = true;
    const busy = new Set([...this.inFlight].map(({ req }) => req.socket));
    for (const socket of this.sockets) if (!busy.has(socket)) socket.destroySoon();
  }
}

/**
 * Resolves at the end of a short turn in which no connection came. What the system has accepted and the process has not
 * would be reset when the server stops listening.
 */
async function untilQuiet(server: Server): Promise<void> {
  let connections = 0;
  const count = (): void => void (connections += 1);
  server.on('connection', count);
  const giveUpAt = performance.now() + LONGEST_WAIT_FOR_QUIET_MS;
  let isQuiet = false;
  while (!isQuiet && performance.now() < giveUpAt) {
    const before = connections;
    const beginning = performance.now();
    await setImmediate();
    isQuiet = connections === before && performance.now() - beginning < QUIET_TURN_MS;
  }
  server.off('connection', count);
}
