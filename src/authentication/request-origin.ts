import { HttpStatus, RequestMethod, type ExecutionContext } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import { addressOf } from '../kernel/network/address.js';
import { requestIdOf } from '../http/request-id.js';
import { headerOf, requestOf, routeOf, type HttpRequest } from '../http/request.js';
import type { SecretScanner } from '../kernel/keys/secret-scanner.js';
import type { RequestOrigin } from '../events/actor.js';

const LONGEST_USER_AGENT = 512;

/**
 * Where a request came from, with every credential in what the caller wrote masked. Found out when asked: most requests
 * leave nothing on the trail.
 */
export class HttpOrigin implements RequestOrigin {
  constructor(
    private readonly context: ExecutionContext,
    private readonly secrets: SecretScanner,
  ) {}

  private get request(): HttpRequest {
    return requestOf(this.context);
  }

  get id(): string {
    return requestIdOf(this.request);
  }

  get method(): string {
    return this.request.method;
  }

  get route(): string {
    return nameOf(this.context) ?? routeOf(this.request);
  }

  get ip(): string | null {
    const { ip, socket } = this.request;
    return addressOf(ip ?? socket?.remoteAddress);
  }

  get userAgent(): string | null {
    const userAgent = headerOf(this.request, 'user-agent');
    if (userAgent === undefined) return null;
    return this.secrets.redact(userAgent.toWellFormed()).slice(0, LONGEST_USER_AGENT);
  }

  get successStatus(): number {
    return successStatusOf(this.context);
  }
}

/** What is called, where that is not a route: the field of a query, or the message of a WebSocket. */
function nameOf(context: ExecutionContext): string | undefined {
  const type = context.getType<string>();
  if (type === 'graphql') {
    const { fieldName, parentType } = context.getArgByIndex<{ fieldName: string; parentType: { name: string } }>(3);
    return `${parentType.name}.${fieldName}`;
  }
  return type === 'ws' ? context.switchToWs().getPattern() : undefined;
}

function successStatusOf(context: ExecutionContext): number {
  const handler = context.getHandler();
  const declared = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  return declared ?? (method === RequestMethod.POST ? HttpStatus.CREATED : HttpStatus.OK);
}
