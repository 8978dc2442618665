import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** An answer among several of one connection. */
export interface PipelinedAnswer {
  status: number;
  head: string;
  body: string;
}

/** Connects without reading, and sends bytes. */
export function open(url: string, bytes: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return socket;
}

/** Reads on, and resolves when the connection has ended, be it by a reset. */
export function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.resume().on('close', () => resolve()));
}

/** A request by its lines and its body. */
export function requestOf(target: string, lines: string[] = [], body?: object): string {
  const text = body ? JSON.stringify(body) : '';
  const length = body ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`] : [];
  return [`${target} HTTP/1.1`, 'Host: x', ...lines, ...length, '', text].join('\r\n');
}

/** Sends requests in one packet; resolves to all answers, in their order, when the connection has ended. */
export async function pipeline(url: string, requests: string[]): Promise<PipelinedAnswer[]> {
  let rest = await text(open(url, requests.join(''))).catch(() => '');
  const answers: PipelinedAnswer[] = [];
  while (rest) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.slice(0, end);
    const isWithout = requests[answers.length]?.startsWith('HEAD') || head.startsWith('HTTP/1.1 100');
    const length = isWithout ? 0 : Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    answers.push({ status: Number(head.slice(9, 12)), head, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}
