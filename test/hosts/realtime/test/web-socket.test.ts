import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { once } from 'node:events';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { startRealtimeApp, type RealtimeApp } from '../src/realtime-app.js';

interface Asked {
  event: string;
  data: any;
}

async function askOverSocketIo(url: string, event: string, key?: string): Promise<Asked> {
  const socket = io(url, { transports: ['websocket'], ...(key && { extraHeaders: { 'X-API-Key': key } }) });
  try {
    return await new Promise((resolve, reject) => {
      socket.on('connect_error', reject);
      socket.onAny((answered: string, data: unknown) => resolve({ event: answered, data }));
      socket.emit(event, 1);
    });
  } finally {
    socket.disconnect();
  }
}

async function askOverWs(url: string, event: string, key?: string): Promise<Asked> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers: key ? { Authorization: `Bearer ${key}` } : {} });
  try {
    await once(socket, 'open');
    socket.send(JSON.stringify({ event, data: 1 }));
    const [text] = await once(socket, 'message');
    return JSON.parse(String(text));
  } finally {
    socket.close();
  }
}

describe.each([
  { sockets: 'Socket.IO', adapter: IoAdapter, ask: askOverSocketIo },
  { sockets: 'ws', adapter: WsAdapter, ask: askOverWs },
])('a gateway on $sockets', ({ adapter: Adapter, ask }) => {
  let host: RealtimeApp;

  beforeAll(async () => {
    host = await startRealtimeApp((app) => new Adapter(app));
  });

  afterAll(() => host.close());

  it('answers a key that may', async () => {
    expect(await ask(host.url, 'order', host.viewer)).toEqual({ event: 'order', data: { id: 1, seenBy: 'viewer' } });
  });

  it('refuses without a key, and says why', async () => {
    const { event, data } = await ask(host.url, 'order');

    expect(event).toBe('exception');
    expect(data).toMatchObject({ status: 'error', statusCode: 401, code: 'auth.unauthenticated' });
  });

  it('refuses a key that may not, and says what is missing', async () => {
    const { event, data } = await ask(host.url, 'refund', host.viewer);

    expect(event).toBe('exception');
    expect(data).toMatchObject({
      statusCode: 403,
      code: 'auth.permission_denied',
      message: expect.stringContaining('orders:refund'),
    });
  });
});
