import { createServer } from 'node:http';
import { headers, SameWork } from './same-work.mjs';

const work = await SameWork.open();

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const answer = work.answer(request.headers.authorization, JSON.parse(Buffer.concat(chunks).toString()));
    const text = JSON.stringify(answer ?? { statusCode: 403 });
    response.writeHead(answer ? 200 : 403, {
      ...headers(),
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    });
    response.end(text);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
