import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands in front of a PostgreSQL server as a balancer does, and leads new sessions to another database, or to another
 * server, when it is told to.
 */
export class DatabaseSwitch {
  private readonly sockets = new Set<Socket>();
  private target: URL;

  private constructor(
    private readonly listener: Server,
    private readonly named: URL,
  ) {
    this.target = named;
    listener.on('connection', (client: Socket) => this.accept(client));
  }

  /** @param url the database that clients name */
  static async before(url: string): Promise<DatabaseSwitch> {
    const listener = createServer({ noDelay: true });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new DatabaseSwitch(listener, new URL(url));
  }

  /** What clients are given. */
  get url(): string {
    const url = new URL(this.named);
    url.port = String((this.listener.address() as AddressInfo).port);
    return url.href;
  }

  /** Ends all sessions; new ones are with this database. @param url its name has as many letters as the one that clients name */
  leadTo(url: string): void {
    this.target = new URL(url);
    this.endAll();
  }

  async close(): Promise<void> {
    this.endAll();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private accept(client: Socket): void {
    const { hostname, port } = this.target;
    const server = connect({ host: hostname, port: Number(port), noDelay: true });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
    // The first message of a session names its database.
    client.once('data', (first: Buffer) => {
      const named = first.toString('latin1').replace(nameIn(this.named), nameIn(this.target));
      server.write(named, 'latin1');
      client.pipe(server);
    });
    server.pipe(client);
  }

  private endAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

function nameIn({ pathname }: URL): string {
  return `database\0${pathname.slice(1)}\0`;
}
