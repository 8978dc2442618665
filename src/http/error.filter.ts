import { Catch, Logger, type ArgumentsHost, type ExceptionFilter, type HttpException } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { describeError } from '../kernel/describe-error.js';
import { errorBody, refusalAtRoute, toLatchkeyError } from './error-body.js';
import { LatchkeyError } from '../kernel/latchkey-error.js';
import { requestIdOf } from './request-id.js';
import { routeOf, type HttpRequest } from './request.js';

/** Answers every refusal with the one body. Faults of ours are logged with their cause, which is never answered. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    this.answer(exception, host.switchToHttp().getRequest<HttpRequest>(), host.switchToHttp().getResponse());
  }

  answer(exception: unknown, request: HttpRequest, response: unknown): void {
    const adapter = this.adapterHost.httpAdapter;
    const error = this.refusalOf(exception);
    const requestId = requestIdOf(request);
    const body = errorBody(error, requestId);
    if (error.getStatus() >= 500) {
      this.logger.error({
        requestId,
        method: request.method,
        route: routeOf(request),
        code: body.code,
        cause: describeError(error.cause ?? error),
      });
    }
    if (adapter.isHeadersSent(response)) {
      adapter.end(response);
      return;
    }
    const headers = error instanceof LatchkeyError ? error.headers : {};
    for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
    adapter.setHeader(response, 'X-Request-Id', requestId);
    adapter.reply(response, body, error.getStatus());
  }

  protected refusalOf(exception: unknown): LatchkeyError | HttpException {
    return toLatchkeyError(exception);
  }
}

/** Answers at the routes of Latchkey only, in a host: what the host itself refuses there keeps its status and message. */
@Catch()
export class RouteErrorFilter extends ErrorFilter {
  protected override refusalOf(exception: unknown): LatchkeyError | HttpException {
    return refusalAtRoute(exception);
  }
}
