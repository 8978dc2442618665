import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { describeError } from './describe-error.js';
import { errorBody, toLatchkeyError } from './error-body.js';
import { requestIdOf } from './request-id.js';
import { routeOf, type HttpRequest } from './request.js';

/** Answers every refusal with the one body. Faults of ours are logged with their cause, which is never answered. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const adapter = this.adapterHost.httpAdapter;
    const request = host.switchToHttp().getRequest<HttpRequest>();
    const response: unknown = host.switchToHttp().getResponse();
    const error = toLatchkeyError(exception);
    const requestId = requestIdOf(request);
    if (error.getStatus() >= 500) {
      this.logger.error({
        requestId,
        method: request.method,
        route: routeOf(request),
        code: error.code,
        cause: describeError(error.cause ?? error),
      });
    }
    if (adapter.isHeadersSent(response)) {
      adapter.end(response);
      return;
    }
    for (const [name, value] of Object.entries(error.headers)) adapter.setHeader(response, name, value);
    adapter.setHeader(response, 'X-Request-Id', requestId);
    adapter.reply(response, errorBody(error, requestId), error.getStatus());
  }
}
