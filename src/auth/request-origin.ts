import { HttpStatus, RequestMethod, type ExecutionContext } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import { isIP } from 'node:net';
import { requestIdOf } from '../common/request-id.js';
import { headerOf, requestOf, routeOf } from '../common/request.js';
import type { SecretScanner } from '../common/secret-scanner.js';
import type { RequestOrigin } from '../events/actor.js';

const LONGEST_USER_AGENT = 512;

/** Where a request came from, with every credential in what the caller wrote masked. */
export function originOf(context: ExecutionContext, secrets: SecretScanner): RequestOrigin {
  const request = requestOf(context);
  const userAgent = headerOf(request, 'user-agent');
  return {
    id: requestIdOf(request),
    method: request.method,
    route: routeOf(request),
    ip: addressOf(request.ip),
    userAgent: userAgent === undefined ? null : secrets.redact(userAgent.toWellFormed()).slice(0, LONGEST_USER_AGENT),
    successStatus: successStatusOf(context),
  };
}

// Behind a proxy it is what the proxy's client wrote, unless the proxy checks it.
function addressOf(text: string | undefined): string | null {
  return text !== undefined && isIP(text) !== 0 ? text : null;
}

function successStatusOf(context: ExecutionContext): number {
  const handler = context.getHandler();
  const declared = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  return declared ?? (method === RequestMethod.POST ? HttpStatus.CREATED : HttpStatus.OK);
}
