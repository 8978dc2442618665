import { fastify } from 'fastify';
import { headers, SameWork } from './same-work.mjs';

const work = await SameWork.open();
const server = fastify();

server.post('/api/v1/verify', (request, reply) => {
  const answer = work.answer(request.headers.authorization, request.body);
  reply.headers(headers());
  reply.code(answer ? 200 : 403).send(answer ?? { statusCode: 403 });
});
await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
