import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { assertJsonInUtf8 } from './media-type.js';
import { requestOf, type HttpResponse } from './request.js';

const READS = new Set(['GET', 'HEAD']);

/**
 * Is it JSON? Stands before all other guards, where the parser of the service stands, and refuses the same: whatever the
 * parser of a host makes of other bodies. And answers of ours, refusals too, are not to be kept by any cache.
 */
@Injectable()
export class JsonGuard implements CanActivate {
  /** @throws {UnsupportedMediaTypeError} for a command whose body is anything else. */
  canActivate(context: ExecutionContext): boolean {
    context.getArgByIndex<HttpResponse>(1).header('Cache-Control', 'no-store');
    const { method, headers } = requestOf(context);
    if (!READS.has(method)) assertJsonInUtf8(headers);
    return true;
  }
}
