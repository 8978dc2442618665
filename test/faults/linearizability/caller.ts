import { Agent, request } from 'node:http';

export interface Question {
  method: string;
  /** Below `/api/v1`. */
  path: string;
  headers: Record<string, string>;
  body?: object;
  timeoutMs: number;
}

/** A request, when it was sent, and what came of it when, on the clock of this process. */
export interface Exchange {
  start: number;
  end: number;
  /** Undefined: the connection broke, or it took too long; whether the request was carried out is not known. */
  answer: { status: number; body: Record<string, unknown> } | undefined;
}

const MOST_CONNECTIONS = 512;

/** Sends requests to one instance over connections that it keeps open. */
export class Caller {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS });
  /** How many requests are not answered yet. */
  waiting = 0;

  constructor(private readonly port: number) {}

  async ask(question: Question): Promise<Exchange> {
    this.waiting += 1;
    const start = performance.now();
    try {
      const answer = await this.send(question);
      return { start, end: performance.now(), answer };
    } catch {
      return { start, end: performance.now(), answer: undefined };
    } finally {
      this.waiting -= 1;
    }
  }

  /** Ends all connections, those that wait for an answer too. */
  close(): void {
    this.agent.destroy();
  }

  private send({ method, path, headers, body, timeoutMs }: Question): Promise<NonNullable<Exchange['answer']>> {
    const text = body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.port,
          agent: this.agent,
          method,
          path: `/api/v1${path}`,
          headers: {
            ...headers,
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
          },
        },
        (response) => {
          let received = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
          response.on('error', reject).on('end', () => {
            clearTimeout(timer);
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(received) as Record<string, unknown> });
          });
        },
      );
      const timer = setTimeout(() => sent.destroy(new Error('It took too long.')), timeoutMs);
      sent.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      sent.end(text);
    });
  }
}
