import { connect } from 'node:net';
import type { Client } from 'pg';

const LONGEST_MS = 1000;
const CANCEL_REQUEST = 80877102;

/**
 * Asks the server to end what a connection runs, if anything. Of a statement that waits, such as for a lock, the server does
 * not notice that its client has gone: the session would stay, and there are few. Poolers pass this on.
 *
 * Resolves when the server has heard of it, or is not there.
 */
export function cancelStatement(client: Client): Promise<void> {
  const { host, port, processID, secretKey } = client as unknown as {
    host: string;
    port: number;
    processID: number | null;
    secretKey: unknown;
  };
  if (processID === null || typeof secretKey !== 'number') return Promise.resolve();
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    socket.setTimeout(LONGEST_MS, () => socket.destroy());
    // The server answers by closing.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.end(cancelRequest(processID, secretKey));
    socket.resume();
  });
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html CancelRequest */
function cancelRequest(processId: number, secretKey: number): Buffer {
  const request = Buffer.alloc(16);
  [request.length, CANCEL_REQUEST, processId, secretKey].forEach((value, at) => request.writeInt32BE(value, 4 * at));
  return request;
}
