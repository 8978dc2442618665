import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import { requestOf } from '../http/request.js';
import { RefusedCommands } from './refused-commands.js';
import { principalOf } from '../identity/request-principal.js';

/** Puts commands that were not carried out on the trail, before the answer leaves. Reads that fail leave no trace. */
@Injectable()
export class FailedCommandInterceptor implements NestInterceptor {
  constructor(private readonly refusedCommands: RefusedCommands) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next
      .handle()
      .pipe(
        catchError((error: unknown) => from(this.record(context, error)).pipe(mergeMap(() => throwError(() => error)))),
      );
  }

  private record(context: ExecutionContext, error: unknown): Promise<void> {
    return this.refusedCommands.record(context, principalOf(requestOf(context)), error);
  }
}
