import { OpenApiChecker } from './openapi-checker.js';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape of an answer is what the tests find out */
export type Body = any;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

interface Options {
  key?: string;
  workspace?: string;
  headers?: Record<string, string>;
}

export interface Init {
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

/** A promise of an answer that can also state which status it must have; a surprise shows the whole answer. */
export class Pending implements PromiseLike<Answer> {
  constructor(private readonly answer: Promise<Answer>) {}

  then<A, B>(
    fulfilled?: ((answer: Answer) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.answer.then(fulfilled, rejected);
  }

  async expect(status: number, code?: string): Promise<Answer> {
    const answer = await this.answer;
    if (answer.status !== status || (code !== undefined && answer.body?.code !== code)) {
      throw new Error(`Expected ${status} ${code ?? ''}, got ${answer.status}: ${answer.text}`);
    }
    return answer;
  }
}

/** Speaks to the service over HTTP; every answer is checked against the service's own OpenAPI document. */
export class Client {
  private constructor(
    readonly url: string,
    private readonly checker: OpenApiChecker,
    private readonly options: Options,
  ) {}

  static async of(url: string): Promise<Client> {
    return new Client(url, await OpenApiChecker.shared(), {});
  }

  as(key: string): Client {
    return new Client(this.url, this.checker, { ...this.options, key, workspace: undefined });
  }

  in(workspace: string): Client {
    return new Client(this.url, this.checker, { ...this.options, workspace });
  }

  with(headers: Record<string, string>): Client {
    return new Client(this.url, this.checker, { ...this.options, headers: { ...this.options.headers, ...headers } });
  }

  get(path: string, headers?: Record<string, string>): Pending {
    return this.send('GET', path, { headers });
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Pending {
    return this.send('POST', path, { body, headers });
  }

  put(path: string, body?: unknown, headers?: Record<string, string>): Pending {
    return this.send('PUT', path, { body, headers });
  }

  patch(path: string, body?: unknown, headers?: Record<string, string>): Pending {
    return this.send('PATCH', path, { body, headers });
  }

  delete(path: string, headers?: Record<string, string>): Pending {
    return this.send('DELETE', path, { headers });
  }

  /** @param path below `/api/v1`; or, beginning with `//`, below the root */
  send(method: string, path: string, init: Init = {}): Pending {
    return new Pending(this.exchange(method, path, init));
  }

  private async exchange(method: string, path: string, { body, raw, headers }: Init): Promise<Answer> {
    const target = path.startsWith('//') ? path.slice(1) : `/api/v1${path}`;
    const { key, workspace } = this.options;
    const response = await fetch(this.url + target, {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(workspace !== undefined && { 'x-workspace-id': workspace }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...this.options.headers,
        ...headers,
      },
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json');
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: json ? JSON.parse(text) : undefined,
    };
    this.checker.check(method, target, answer);
    return answer;
  }
}
