// A host that starts, does a little, closes, and then has to end by itself.
import { once } from 'node:events';
import { get } from 'node:http';
import { URL } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';

// By a name that the compiler does not follow: it looks at this file before there is a build.
const built = new URL('../../dist/esm/index.js', import.meta.url).href;
/** @type {import('../../src/index.js')} */
const { AuditService, LATCHKEY_ENTITIES, LatchkeyModule, Principal } = await import(built);

class HostModule {
  static description = 'A host with nothing of its own.';
}

const [url = ''] = process.argv.slice(2);
const common = { entities: [...LATCHKEY_ENTITIES], synchronize: true };
/** @type {import('typeorm').DataSourceOptions} */
const options = url.startsWith('sqlite:')
  ? { ...common, type: 'sqlite', database: url.slice('sqlite:'.length) }
  : { ...common, type: 'postgres', url };

const app = await NestFactory.create(
  { module: HostModule, imports: [TypeOrmModule.forRoot(options), LatchkeyModule.forRoot()] },
  new FastifyAdapter(),
  { logger: false },
);
await app.listen(0, '127.0.0.1');
const [answer] = /** @type {[import('node:http').IncomingMessage]} */ (
  await once(get(`${await app.getUrl()}/latchkey/me`), 'response')
);
answer.resume();
await app.get(AuditService, { strict: false }).record(Principal.system('host'), { action: 'order.paid' });
await app.close();
process.stdout.write(`closed after ${answer.statusCode}`);
