import { Body, Controller, ForbiddenException, Headers, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { decorated, decorateMethod } from '../support/decorated.mjs';
import { headers, SameWork } from './same-work.mjs';

const work = await SameWork.open();

class VerifyController {
  verify(authorization, body) {
    const answer = work.answer(authorization, body);
    if (!answer) throw new ForbiddenException();
    return answer;
  }
}
decorateMethod([Post(), HttpCode(200)], VerifyController, 'verify', [Headers('authorization'), Body()]);
decorated([Controller('verify')], VerifyController);

class AppModule {}
decorated([Module({ controllers: [VerifyController] })], AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
app.setGlobalPrefix('api/v1');
app
  .getHttpAdapter()
  .getInstance()
  .addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers());
    done();
  });
await app.listen(Number(process.env.PORT), '127.0.0.1');
