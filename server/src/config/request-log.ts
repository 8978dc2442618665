import type { FastifyReply, FastifyRequest } from 'fastify';
import { routeOf } from 'latchkey/internal/http/request';
import { callerOf } from 'latchkey/internal/identity/request-principal';
import { addressOf } from 'latchkey/internal/kernel/network/address';
import type { PinoLogger } from './pino-logger.js';

const PROBE = /^\/(health\/|metrics$)/;
const ANONYMOUS = { type: 'anonymous', id: 'anonymous' };

/** Writes a line for each answered request: at `info`; of a probe at `debug` while all is well, else at `warn`. */
export class RequestLog {
  private readonly isAtInfo: boolean;
  private readonly isAtDebug: boolean;

  constructor(private readonly logger: PinoLogger) {
    this.isAtInfo = logger.isEnabled('info');
    this.isAtDebug = logger.isEnabled('debug');
  }

  write(request: FastifyRequest, { statusCode, elapsedTime }: FastifyReply): void {
    const route = routeOf(request);
    if (!PROBE.test(route)) {
      if (this.isAtInfo) this.logger.log(lineOf(request, route, statusCode, elapsedTime), 'Http');
      return;
    }
    if (statusCode >= 400) this.logger.warn(lineOf(request, route, statusCode, elapsedTime), 'Http');
    else if (this.isAtDebug) this.logger.debug(lineOf(request, route, statusCode, elapsedTime), 'Http');
  }
}

function lineOf(request: FastifyRequest, route: string, statusCode: number, elapsedTime: number): object {
  const caller = callerOf(request);
  return {
    message: 'request',
    requestId: request.id,
    method: request.method,
    route,
    statusCode,
    ms: Math.round(elapsedTime),
    actor: caller ? { type: caller.type, id: caller.id } : ANONYMOUS,
    workspaceId: caller?.workspaceId ?? null,
    ip: addressOf(request.ip),
  };
}
