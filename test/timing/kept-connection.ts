import { Agent, request } from 'node:http';

export interface PlainRequest {
  method: string;
  /** From the root on. */
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** One connection that is kept, with as little around it as Node's client allows. */
export class KeptConnection {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly host: string;
  private readonly port: string;
  private opened = 0;

  constructor(
    url: string,
    /** That of every answer. */
    private readonly status: number,
  ) {
    ({ hostname: this.host, port: this.port } = new URL(url));
  }

  /** Resolves at the end of the answer. @throws {Error} if it is another one, or not over the first connection. */
  send({ method, path, headers, body }: PlainRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const { agent, host, port } = this;
      const sent = request({ agent, host, port, method, path, headers }, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          if (!sent.reusedSocket) this.opened += 1;
          if (response.statusCode === this.status && this.opened === 1) resolve();
          else reject(new Error(`${method} ${path}: ${response.statusCode}, connection ${this.opened}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
