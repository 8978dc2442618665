import type { ExecutionContext, Type } from '@nestjs/common';
import {
  CUSTOM_ROUTE_ARGS_METADATA,
  METHOD_METADATA,
  PARAMTYPES_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { ApiBody, ApiQuery, type ApiQueryOptions } from '@nestjs/swagger';
import { fieldsOf } from '../input/fields.js';
import { headerOf, requestOf, type HttpRequest } from './request.js';

/** What a route takes. */
export interface RouteInput {
  body: Type<object> | undefined;
  query: Type<object> | undefined;
  parameters: readonly Parameter[];
}

/** What the DTOs of a request came out as. */
export interface CheckedInput {
  body: unknown;
  query: unknown;
}

interface Parameter {
  index: number;
  read: (checked: CheckedInput, context: ExecutionContext) => unknown;
}

/** What Nest notes of a parameter of a handler. */
interface Declared {
  index: number;
  data?: unknown;
  factory?: (data: unknown, context: ExecutionContext) => unknown;
}

type Handler = (...given: unknown[]) => unknown;

// As the keys of the metadata have them.
const { REQUEST, BODY, QUERY, PARAM, HEADERS }: Record<string, number | string> = RouteParamtypes;

const INPUT = Symbol('latchkey.input');
const UNCHECKED = Symbol('latchkey.unchecked-input');
const ARGUMENTS = Symbol('latchkey.arguments');

type WithArguments = HttpRequest & { [ARGUMENTS]?: readonly unknown[] };

/** What a route takes, as {@link OwnInput} noted it. */
export function inputOf(context: ExecutionContext): RouteInput | undefined {
  return Reflect.getMetadata(INPUT, context.getHandler()) as RouteInput | undefined;
}

/** Leaves the input of the routes of a controller unchecked: they refuse every request, whatever it holds. */
export function UncheckedInput(): ClassDecorator {
  return (controller) => Reflect.defineMetadata(UNCHECKED, true, controller);
}

export function isUnchecked(context: ExecutionContext): boolean {
  return Reflect.hasMetadata(UNCHECKED, context.getClass());
}

/** Settles what the parameters of the handler stand for in this request. */
export function settleArguments(context: ExecutionContext, { parameters }: RouteInput, checked: CheckedInput): void {
  (requestOf(context) as WithArguments)[ARGUMENTS] = parameters.map(({ read }) => read(checked, context));
}

/**
 * Keeps what the routes of a controller take out of the reach of the pipes and interceptors that a host binds globally:
 * a pipe may turn `"false"` into `true`, or drop what it does not know. Nest passes the parameters of a handler through
 * every pipe, but for the request. So each is made to receive the request, and the handler what
 * {@link settleArguments} found in it, ahead of them all.
 */
export function OwnInput(): ClassDecorator {
  return (controller) => {
    const prototype = controller.prototype as Record<string, Handler>;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as Handler | undefined;
      if (handler && Reflect.hasMetadata(METHOD_METADATA, handler)) settle(controller, prototype, name, handler);
    }
  };
}

function settle(controller: object, prototype: Record<string, Handler>, name: string, handler: Handler): void {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<string, Declared>;
  const types = (Reflect.getMetadata(PARAMTYPES_METADATA, prototype, name) ?? []) as Type<object>[];
  const typeOf = (kind: unknown) => {
    const [, parameter] = Object.entries(declared).find(([key]) => kindOf(key) === kind) ?? [];
    return parameter && types[parameter.index];
  };
  const input: RouteInput = {
    body: typeOf(BODY),
    query: typeOf(QUERY),
    parameters: Object.entries(declared).flatMap(([key, parameter]) => readerOf(key, parameter) ?? []),
  };
  const settled = withArguments(handler, input.parameters);
  for (const key of Reflect.getMetadataKeys(handler) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), settled);
  }
  Reflect.defineMetadata(INPUT, input, settled);
  Object.defineProperty(prototype, name, { value: settled, configurable: true, writable: true });
  Reflect.defineMetadata(ROUTE_ARGS_METADATA, requestsInstead(declared, input.parameters), controller, name);
  document(input, prototype, name);
}

function kindOf(key: string): number | undefined {
  return key.includes(CUSTOM_ROUTE_ARGS_METADATA) ? undefined : Number(key.split(':')[0]);
}

/** @returns undefined for what no pipe sees: the request itself, and the response. */
function readerOf(key: string, { index, data, factory }: Declared): Parameter | undefined {
  if (factory) return { index, read: (_, context) => factory(data, context) };
  switch (kindOf(key)) {
    case BODY:
      return { index, read: ({ body }) => body };
    case QUERY:
      return { index, read: ({ query }) => query };
    case PARAM:
      return { index, read: (_, context) => (requestOf(context).params as Record<string, unknown>)[String(data)] };
    case HEADERS:
      return { index, read: (_, context) => headerOf(requestOf(context), String(data).toLowerCase()) };
    default:
      return undefined;
  }
}

function requestsInstead(declared: Record<string, Declared>, parameters: readonly Parameter[]) {
  const settled = new Set(parameters.map(({ index }) => index));
  const others = Object.entries(declared).filter(([, { index }]) => !settled.has(index));
  const requests = parameters.map(({ index }) => [`${REQUEST}:${index}`, { index, pipes: [] }]);
  return Object.fromEntries([...others, ...requests]) as Record<string, Declared>;
}

function withArguments(handler: Handler, parameters: readonly Parameter[]): Handler {
  const [first] = parameters;
  if (!first) return handler;
  const settled: Handler = function (this: unknown, ...given) {
    const { [ARGUMENTS]: known } = given[first.index] as WithArguments;
    if (!known) throw new Error('The input of the request was not checked.');
    parameters.forEach(({ index }, at) => (given[index] = known[at]));
    return handler.apply(this, given);
  };
  // Nest's Swagger module finds the metadata of a handler by its name.
  return Object.defineProperty(settled, 'name', { value: handler.name });
}

// Nest's Swagger module would read it from the parameters, which say nothing of it any more. What a route documents itself
// of its body comes first.
function document({ body, query }: RouteInput, prototype: object, name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  if (body) ApiBody({ type: body })(prototype, name, descriptor);
  for (const [field, schema] of query ? fieldsOf(query.prototype as object) : []) {
    ApiQuery({ ...schema, name: field } as ApiQueryOptions)(prototype, name, descriptor);
  }
}
