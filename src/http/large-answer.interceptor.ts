import {
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { from, mergeMap, of, type Observable } from 'rxjs';
import { isLarge, jsonInPieces } from '../kernel/text/json-pieces.js';
import { Turn } from '../kernel/next-turn.js';
import { requestOf, type HttpRequest, type HttpResponse } from './request.js';

/**
 * Makes the JSON of a large answer in pieces, between which others have their turn; the framework would make it in one. It
 * is whole before the first byte leaves, so its length is known.
 */
@Injectable()
export class LargeAnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const answer = (body: unknown): Observable<unknown> =>
      body instanceof StreamableFile || !isLarge(body) ? of(body) : from(inPieces(body as object, context));
    return next.handle().pipe(mergeMap(answer));
  }
}

async function inPieces(body: object, context: ExecutionContext): Promise<unknown> {
  const pieces = await jsonInPieces(body);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (await isKnown(pieces, requestOf(context), context.getArgByIndex<HttpResponse>(1))) return '';
  return new StreamableFile(Readable.from(pieces), { type: 'application/json; charset=utf-8', length });
}

/**
 * Tags the answer where the application would: Express does it itself only for what it is given whole.
 *
 * @returns whether the caller has this answer already. Express then answers 304 to whatever it is given.
 */
async function isKnown(pieces: readonly Buffer[], request: HttpRequest, response: HttpResponse): Promise<boolean> {
  const tagOf = response.app?.get('etag fn') as ((body: Buffer) => string) | undefined;
  if (!tagOf) return false;
  const digest = createHash('sha256');
  const turn = new Turn();
  for (const piece of pieces) {
    digest.update(piece);
    if (turn.isOver) await turn.next();
  }
  response.header('ETag', tagOf(digest.digest()));
  return request.fresh === true;
}
