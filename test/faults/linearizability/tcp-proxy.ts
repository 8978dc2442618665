import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type Direction = 'to-server' | 'to-client';

/**
 * What becomes of connections, open and new ones alike.
 *
 * - `pass`: nothing.
 * - `refuse`: they are reset.
 * - `swallow`: what is sent that way is gone, and nobody hears that the other end closed. Once this is over, connections
 *   that lost something are reset.
 * - `stall`: what is sent that way arrives once this is over, as after a route that was lost for a while.
 */
export type ProxyMode =
  { kind: 'pass' } | { kind: 'refuse' } | { kind: 'swallow' | 'stall'; directions: readonly Direction[] };

export const PASS: ProxyMode = { kind: 'pass' };
export const REFUSE: ProxyMode = { kind: 'refuse' };
export const BOTH_WAYS: readonly Direction[] = ['to-server', 'to-client'];

/** Stands between clients and a server on the loopback address, and can be told to fail as networks do. */
export class TcpProxy {
  private mode: ProxyMode = PASS;
  private muteAfter: string | undefined;
  private readonly links = new Set<Link>();

  private constructor(
    private readonly listener: Server,
    private readonly target: { host: string; port: number },
  ) {
    listener.on('connection', (client: Socket) => this.accept(client));
  }

  static async to(host: string, port: number): Promise<TcpProxy> {
    const listener = createServer({ noDelay: true });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new TcpProxy(listener, { host, port });
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  set(mode: ProxyMode): void {
    this.mode = mode;
    for (const link of [...this.links]) link.set(mode);
  }

  /** Resets every open connection once; new ones pass. */
  resetAll(): void {
    for (const link of [...this.links]) link.reset();
  }

  /** From now on, swallows every answer to a client that has sent this word; undefined: to none. */
  swallowAnswersAfter(word: string | undefined): void {
    this.muteAfter = word;
  }

  async close(): Promise<void> {
    this.resetAll();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private accept(client: Socket): void {
    if (this.mode.kind === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const link = new Link(
      client,
      connect({ ...this.target, noDelay: true }),
      this.mode,
      () => this.muteAfter,
      () => this.links.delete(link),
    );
    this.links.add(link);
  }
}

/** A connection to the proxy, and the one from there to the server. */
class Link {
  private readonly sockets: Record<Direction, { from: Socket; to: Socket }>;
  private readonly stalled: Record<Direction, Buffer[]> = { 'to-server': [], 'to-client': [] };
  private lossy = false;
  private halfClosed = false;
  private muted = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private mode: ProxyMode,
    muteAfter: () => string | undefined,
    private readonly onEnd: () => void,
  ) {
    this.sockets = { 'to-server': { from: client, to: server }, 'to-client': { from: server, to: client } };
    for (const direction of BOTH_WAYS) {
      const { from } = this.sockets[direction];
      from.on('data', (data: Buffer) => {
        const word = muteAfter();
        if (direction === 'to-server' && word !== undefined && data.includes(word)) this.muted = true;
        this.pass(direction, data);
      });
      from.on('error', () => undefined);
      from.on('close', () => this.closed());
    }
  }

  set(mode: ProxyMode): void {
    this.mode = mode;
    if (mode.kind === 'refuse') this.reset();
    if (mode.kind !== 'pass') return;
    for (const direction of BOTH_WAYS) {
      for (const data of this.stalled[direction].splice(0)) this.pass(direction, data);
    }
    if (this.lossy || this.halfClosed) this.reset();
  }

  reset(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
    this.onEnd();
  }

  private pass(direction: Direction, data: Buffer): void {
    const { to } = this.sockets[direction];
    const { mode } = this;
    if (this.muted && direction === 'to-client') {
      this.lossy = true;
      return;
    }
    if ('directions' in mode && mode.directions.includes(direction)) {
      if (mode.kind === 'stall') this.stalled[direction].push(data);
      else this.lossy = true;
      return;
    }
    if (to.writable) to.write(data);
  }

  private closed(): void {
    this.halfClosed = true;
    if (!('directions' in this.mode) && !this.muted) this.finish();
  }

  /** What is under way still arrives. */
  private finish(): void {
    this.client.end(() => this.client.destroy());
    this.server.end(() => this.server.destroy());
    this.onEnd();
  }
}
