import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import { isId } from '../common/ids.js';
import { toLatchkeyError } from '../common/error-body.js';
import { requestOf, type HttpRequest } from '../common/request.js';
import type { EventFacts, Target } from '../events/domain-event.js';
import { AuthDenied, RequestFailed } from './events.js';
import { FailedAttempts } from './failed-attempts.js';
import { principalOf } from './request-principal.js';

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
    const { message, status, code } = toLatchkeyError(thrown);
    // Nothing can be written while the store is down; the error filter logs it.
    if (!principal || code === 'store.unavailable') return;
    const facts: EventFacts = {
      workspaceId: principal.workspaceId,
      targets: targetsOf(context, request),
      reason: message,
      statusCode: status,
      errorCode: code,
    };
    await this.failedAttempts.record(principal, status === 403 ? new AuthDenied(facts) : new RequestFailed(facts));
  }
}

function targetsOf(context: ExecutionContext, { params }: HttpRequest): Target[] {
  const { id } = (params ?? {}) as { id?: unknown };
  const type = Reflect.getMetadata(PATH_METADATA, context.getClass()) as string;
  return isId(id) ? [{ type, id: id.toLowerCase(), display: '' }] : [];
}
