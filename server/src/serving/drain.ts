import { Injectable } from '@nestjs/common';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Connections } from './connections.js';

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
  private watched: { server: Server; connections: Connections } | undefined;
  private leaving = false;

  /** Whether {@link stop} has been called. */
  get isStopping(): boolean {
    return this.leaving;
  }

  /** Watches a server that does not listen yet. */
  watch(server: Server, connections: Connections): void {
    this.watched = { server, connections };
  }

  /**
   * Resolves once the server is closed. Every answer from now on tells its client to send the next request on another
   * connection.
   *
   * @param servingMs how long the server still serves everybody
   * @param answerMs how long requests in flight are waited for after that; then their connections are cut
   */
  async stop(servingMs: number, answerMs = ANSWER_MS): Promise<void> {
    if (!this.watched) return;
    const { server, connections } = this.watched;
    this.leaving = true;
    connections.leave();
    await setTimeout(servingMs, undefined, { ref: false });
    await untilQuiet(server);
    const closed = once(server, 'close');
    // The one of HTTP would also cut connections whose last answer is not sent to its end.
    NetServer.prototype.close.call(server);
    const idle = globalThis.setTimeout(() => connections.endIdle(), IDLE_MS);
    const late = globalThis.setTimeout(() => server.closeAllConnections(), answerMs);
    await closed;
    clearTimeout(idle);
    clearTimeout(late);
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
