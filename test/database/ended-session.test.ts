import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { DataSource } from 'typeorm';
import { StoreUnavailableError } from '../../src/database/errors.js';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import { openDatabase } from '../../src/database/open-database.js';
import { createStore, type Store } from '../support/stores.js';

const READY_FOR_QUERY = Buffer.from('Z\0\0\0\x05I', 'latin1');
const ENDED = fatal('SFATAL', 'C57P01', 'Mterminating connection due to administrator command');

describe('a PostgreSQL that ends sessions as they begin', () => {
  let store: Store;
  let server: Server;
  let host: DataSource;
  let endsSessions = false;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    store = await createStore('postgres');
    const url = new URL(store.url);
    const target = { host: url.hostname, port: Number(url.port) };
    server = createServer((client) => {
      const remote = connect(target);
      sockets.push(client, remote);
      for (const socket of [client, remote]) socket.on('error', () => undefined);
      client.pipe(remote);
      remote.on('data', (data: Buffer) => {
        const isReady = data.subarray(-READY_FOR_QUERY.length).equals(READY_FOR_QUERY);
        if (endsSessions && isReady) client.end(Buffer.concat([data, ENDED]));
        else client.write(data);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url.port = String((server.address() as AddressInfo).port);
    host = await new DataSource(dataSourceOptions(url.href)).initialize();
  });

  afterEach(async () => {
    endsSessions = false;
    await host.destroy();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
    await once(server, 'close');
    await store.drop();
  });

  it('costs those that ask their answers, and not the process its life', async () => {
    const database = await openDatabase(host);
    endsSessions = true;
    // More than there are connections, so that some are made anew.
    const asked = Array.from({ length: 8 }, () => database.query('SELECT 1'));
    for (const { status, ...rest } of await Promise.allSettled(asked)) {
      if (status === 'rejected') expect(rest).toMatchObject({ reason: expect.any(StoreUnavailableError) });
    }
    endsSessions = false;
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

function fatal(...fields: string[]): Buffer {
  const body = Buffer.from(`${fields.join('\0')}\0\0`, 'latin1');
  const head = Buffer.alloc(5);
  head.write('E', 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
