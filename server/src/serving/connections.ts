import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests may wait on a connection for the answer before them. */
const MOST_WAITING = 16;

interface Connection {
  readonly socket: Socket;
  underWay: ServerResponse | undefined;
  readonly waiting: Waiting[];
}

interface Waiting {
  request?: IncomingMessage;
  begin: () => void;
}

/**
 * The connections of a server. On each, one request is under way at a time: those that are sent ahead of its answer wait
 * (RFC 9112 §9.3.2), and begin in later turns of the event loop. So many requests in one packet hold it no longer than one,
 * and commands run in the order in which they are sent. A connection on which too many wait is cut.
 */
export class Connections {
  private readonly open = new Map<Socket, Connection>();
  private leaving = false;
  private endsIdle = false;

  /** Has the requests of a server that does not listen yet begun in turn. */
  serve(server: Server, begin: RequestListener): void {
    server.on('connection', (socket) => this.connected(socket));
    server.on('request', (request, response) => this.take(request, response, begin));
  }

  /** Answers what is no request, and what did not arrive whole, when everything before it is answered. */
  afterRequests(socket: Socket, answer: () => void): void {
    const connection = this.open.get(socket);
    // It could not be answered, and would keep its place.
    if (connection?.waiting.at(-1)?.request?.complete === false) connection.waiting.pop();
    if (connection?.underWay?.req.complete) this.wait(connection, { begin: answer });
    else answer();
  }

  /** Every answer from now on tells its client to send the next request on another connection. */
  leave(): void {
    this.leaving = true;
    for (const { underWay } of this.open.values()) if (underWay) underWay.shouldKeepAlive = false;
  }

  /** Ends the connections on which no request is under way, and the others once it is answered. */
  endIdle(): void {
    this.endsIdle = true;
    for (const { socket, underWay } of this.open.values()) if (!underWay) socket.destroySoon();
  }

  private connected(socket: Socket): void {
    this.open.set(socket, { socket, underWay: undefined, waiting: [] });
    // Of the responses that wait, Node does not say that they are closed.
    socket.on('close', () => this.open.delete(socket));
  }

  private take(request: IncomingMessage, response: ServerResponse, begin: RequestListener): void {
    const connection = this.open.get(request.socket);
    // Read after what had the connection cut, or after its last answer.
    if (!connection?.socket.writable) return;
    const start = (): void => {
      connection.underWay = response;
      if (this.leaving) response.shouldKeepAlive = false;
      response.on('close', () => this.answered(connection));
      begin(request, response);
    };
    if (connection.underWay) this.wait(connection, { request, begin: start });
    else start();
  }

  private wait({ socket, waiting }: Connection, next: Waiting): void {
    if (waiting.length < MOST_WAITING) {
      waiting.push(next);
      return;
    }
    this.open.delete(socket);
    socket.destroy();
  }

  private answered(connection: Connection): void {
    if (connection.waiting.length > 0) {
      setImmediate(() => this.beginNext(connection));
      return;
    }
    connection.underWay = undefined;
    // Its client may have been promised before that the connection is kept.
    if (this.endsIdle) connection.socket.destroySoon();
  }

  private beginNext(connection: Connection): void {
    connection.underWay = undefined;
    const next = connection.waiting.shift();
    // A connection that is ending carries no more answers.
    if (connection.socket.writable) next?.begin();
  }
}
