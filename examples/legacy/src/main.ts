import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { addFirstUsers } from './first-users';
import { setUp } from './set-up';

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule.forRoot(process.env['DATABASE_FILE'] ?? 'data/legacy.db'));
  setUp(app);
  await app.init();
  const added = await addFirstUsers(app);
  if (added) process.stdout.write(`Password of alice and bob: ${added.password}\n`);

  await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
  new Logger('Legacy').log(`Listening on ${await app.getUrl()}/api/v1`);
}

void main();
