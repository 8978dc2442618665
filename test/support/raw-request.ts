import { request } from 'node:http';
import type { Answer } from './client.js';

interface RawRequest {
  method?: string;
  /** From the root on, sent as it is. */
  path: string;
  /** Sent as they are, in this order, one twice if it is there twice. `Host` is added. */
  headers?: [name: string, value: string][];
  body?: string | Uint8Array;
}

/** Sends what `fetch` would put in order first: repeated headers, odd targets, a body on any method. */
export function sendRaw(url: string, { method = 'GET', path, headers = [], body }: RawRequest): Promise<Answer> {
  const { hostname, port, host } = new URL(url);
  const named = headers.some(([name]) => name.toLowerCase() === 'host');
  const length: [string, string][] =
    method === 'GET' ? [] : [['Content-Length', String(Buffer.byteLength(body ?? ''))]];
  const all = [...(named ? [] : [['Host', host]]), ...headers, ...length].flat();
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: all, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const pairs = Object.entries(response.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]);
        const isJson = response.headers['content-type']?.startsWith('application/json');
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(pairs),
          text,
          body: isJson && text ? JSON.parse(text) : undefined,
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
