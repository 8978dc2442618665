import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import { errorBody, refusalAtRoute } from '../common/error-body.js';
import { requestIdOf } from '../common/request-id.js';
import { requestOf } from '../common/request.js';
import type { EventFacts } from '../events/domain-event.js';
import { AuthDenied, RequestFailed } from './events.js';
import { FailedAttempts } from './failed-attempts.js';
import { principalOf } from './request-principal.js';
import { targetsOf } from './request-targets.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Puts commands that were not carried out on the trail, before the answer leaves. Reads that fail leave no trace. */
@Injectable()
export class FailedCommandInterceptor implements NestInterceptor {
  constructor(private readonly failedAttempts: FailedAttempts) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (READS.has(requestOf(context).method)) return next.handle();
    return next
      .handle()
      .pipe(
        catchError((error: unknown) => from(this.record(context, error)).pipe(mergeMap(() => throwError(() => error)))),
      );
  }

  private async record(context: ExecutionContext, thrown: unknown): Promise<void> {
    const request = requestOf(context);
    const principal = principalOf(request);
    const { statusCode: status, message, code } = errorBody(refusalAtRoute(thrown), requestIdOf(request));
    // Nothing can be written while the store is down; the error filter logs it.
    if (!principal || code === 'store.unavailable') return;
    const facts: EventFacts = {
      workspaceId: principal.workspaceId,
      targets: targetsOf(context),
      reason: message,
      statusCode: status,
      errorCode: code,
    };
    await this.failedAttempts.record(principal, status === 403 ? new AuthDenied(facts) : new RequestFailed(facts));
  }
}
