import { HttpStatus, Injectable, RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ApiResponse, ApiSecurity } from '@nestjs/swagger';
import { documentedWithoutBody, refusalsOf } from '../http/documentation/api-refusals.decorator.js';
import { accessOf } from '../identity/access.js';
import { PermissionDeniedError, UnauthenticatedError } from '../identity/errors.js';
import { handlerKindOf } from './handler-kind.js';
import { controllersOf, type HostedClass, type HostedMethod } from './hosted-classes.js';
import { usedUp } from '../rate-limits/rate-limit-refusals.js';

const RESPONSES = 'swagger/apiResponse';
const HTTP_CODE = '__httpCode__';
const METHOD = 'method';
const DENIALS = Symbol('latchkey.denials');

/**
 * Puts into the OpenAPI document of a host which credentials its guarded routes take, and what the guards refuse. How the
 * answers look is the host's matter.
 */
@Injectable()
export class HostDocumentation {
  constructor(private readonly modules: ModulesContainer) {}

  /** Describes each route once, however often it is called. Must come before the host makes its document. */
  describe(): void {
    for (const module of this.modules.values()) {
      for (const controller of controllersOf(module)) {
        for (const method of controller.methods) describeRoute(controller, method);
      }
    }
  }
}

function describeRoute({ type, prototype }: HostedClass, { name, declared }: HostedMethod): void {
  const access = accessOf(type, declared);
  if (!access || access.kind === 'public' || handlerKindOf(type, declared) !== 'http') return;
  // Routes of Latchkey's own say more.
  if (refusalsOf(declared).length > 0) return;
  const denial = access.kind === 'permission' ? [new PermissionDeniedError(access.requirements)] : [];
  const known = (Reflect.getMetadata(DENIALS, declared) ?? []) as string[];
  const text = denial[0]?.message ?? '';
  if (known.includes(text)) return;
  Reflect.defineMetadata(DENIALS, [...known, text], declared);
  // Once for all: Nest joins the descriptions of responses with the same status.
  const shared = known.length === 0 ? [...successOf(declared), ...authentication()] : [];
  for (const decorate of [...shared, ...denial.map((error) => documentedWithoutBody(error))])
    decorate(prototype, name, { value: declared });
}

// Nest documents a success by itself only where no response is documented at all.
function successOf(handler: object): MethodDecorator[] {
  const documented = Object.keys((Reflect.getMetadata(RESPONSES, handler) ?? {}) as object);
  if (documented.some((status) => /^([23]|default)/.test(status))) return [];
  const usual = Reflect.getMetadata(METHOD, handler) === RequestMethod.POST ? HttpStatus.CREATED : HttpStatus.OK;
  const status = (Reflect.getMetadata(HTTP_CODE, handler) as number | undefined) ?? usual;
  return [ApiResponse({ status, description: '' })];
}

function authentication(): MethodDecorator[] {
  return [
    ApiSecurity('bearer'),
    ApiSecurity('apiKey'),
    documentedWithoutBody(new UnauthenticatedError(), 'There is no acceptable API key.'),
    documentedWithoutBody(
      usedUp({ limit: 100, windowSeconds: 60 }, { isTaken: false, used: 100, endsInMs: 7000 }),
      'The rate limit of the API key is used up, or too many keys are being looked up.',
    ),
  ];
}
