import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BOTH_WAYS, PASS, REFUSE, TcpProxy, type Direction } from '../faults/linearizability/tcp-proxy.js';
import { eventually } from '../support/eventually.js';

/** One end of a connection, and everything it was sent. */
class End {
  received = '';
  closed = false;

  constructor(readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => (this.received += text));
    socket.on('error', () => undefined).on('close', () => (this.closed = true));
  }

  async has(text: string): Promise<void> {
    await eventually(`receives ${text}, has ${this.received}`, () => this.received === text || undefined);
  }

  async isClosed(): Promise<void> {
    await eventually('closes', () => this.closed || undefined);
  }
}

describe('TcpProxy', () => {
  const accepted: End[] = [];
  const opened: End[] = [];
  let server: Server;
  let proxy: TcpProxy;

  beforeEach(async () => {
    server = createServer((socket) => accepted.push(new End(socket)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await TcpProxy.to('127.0.0.1', (server.address() as AddressInfo).port);
  });

  afterEach(async () => {
    for (const { socket } of [...opened.splice(0), ...accepted.splice(0)]) socket.destroy();
    await proxy.close();
    server.close();
    await once(server, 'close');
  });

  function open(): End {
    const client = new End(connect(proxy.port, '127.0.0.1'));
    opened.push(client);
    return client;
  }

  async function pair(): Promise<{ client: End; remote: End }> {
    const before = accepted.length;
    const client = open();
    const remote = await eventually('is connected', () => accepted[before]);
    return { client, remote };
  }

  async function talks({ client, remote }: { client: End; remote: End }): Promise<void> {
    const [sent, answered] = [client.received, remote.received];
    client.socket.write('question');
    await remote.has(`${answered}question`);
    remote.socket.write('answer');
    await client.has(`${sent}answer`);
  }

  it('passes what is sent either way, and the end', async () => {
    const link = await pair();
    await talks(link);
    link.client.socket.end('last words');
    await link.remote.has('questionlast words');
    await link.remote.isClosed();
    const other = await pair();
    other.remote.socket.end();
    await other.client.isClosed();
  });

  it('resets what is open, once', async () => {
    const link = await pair();
    proxy.resetAll();
    await Promise.all([link.client.isClosed(), link.remote.isClosed()]);
    await talks(await pair());
  });

  it('refuses what is open and what is new, until it is over', async () => {
    const link = await pair();
    proxy.set(REFUSE);
    await Promise.all([link.client.isClosed(), link.remote.isClosed()]);
    await open().isClosed();
    expect(accepted).toHaveLength(1);
    proxy.set(PASS);
    await talks(await pair());
  });

  it.each<[string, readonly Direction[]]>([
    ['both ways', BOTH_WAYS],
    ['to the server', ['to-server']],
    ['to the client', ['to-client']],
  ])('swallows what is sent %s, and tells nobody', async (_, directions) => {
    const link = await pair();
    await talks(link);
    proxy.set({ kind: 'swallow', directions });
    const late = await pair();
    for (const { client, remote } of [link, late]) {
      client.socket.write(', and one more');
      remote.socket.write(', and one more');
    }
    const arrives = (direction: Direction, text: string) =>
      text + (directions.includes(direction) ? '' : ', and one more');
    await link.remote.has(arrives('to-server', 'question'));
    await link.client.has(arrives('to-client', 'answer'));
    await late.remote.has(arrives('to-server', ''));
    await late.client.has(arrives('to-client', ''));
    link.client.socket.destroy();
    await link.client.isClosed();
    expect([link.remote.closed, late.client.closed, late.remote.closed]).toEqual([false, false, false]);

    proxy.set(PASS);

    await Promise.all([link.remote.isClosed(), late.client.isClosed(), late.remote.isClosed()]);
    await talks(await pair());
  });

  it('keeps what is sent while it stalls, and delivers it afterwards', async () => {
    const link = await pair();
    proxy.set({ kind: 'stall', directions: ['to-client'] });
    link.client.socket.write('question');
    await link.remote.has('question');
    link.remote.socket.write('answer');
    const proof = await pair();
    proof.client.socket.write('later');
    await proof.remote.has('later');
    expect(link.client.received).toBe('');

    proxy.set(PASS);

    await link.client.has('answer');
    await talks(link);
  });

  it('swallows the answers to a client from a word on, and to no other', async () => {
    const link = await pair();
    const other = await pair();
    await talks(link);
    proxy.swallowAnswersAfter('COMMIT');
    link.client.socket.write('COMMIT');
    await link.remote.has('questionCOMMIT');
    link.remote.socket.write('done');
    await talks(other);
    expect(link.client.received).toBe('answer');
  });
});
