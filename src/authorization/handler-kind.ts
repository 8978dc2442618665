import { RequestMethod } from '@nestjs/common';
import { ACCESS } from '../identity/access.js';

/**
 * How a method is called from outside: as a route of HTTP, a field of GraphQL's root types or of another type, a message of
 * a WebSocket or of a microservice, or by a package that is not known here.
 */
export type HandlerKind = 'http' | 'graphql' | 'graphql-field' | 'websocket' | 'message' | 'other';

// What Nest's decorators put onto controllers, resolvers, gateways and their methods. The packages need not be installed.
const CONTROLLER = '__controller__';
const PATH = 'path';
const METHOD = 'method';
const PATTERN = 'microservices:pattern';
const GATEWAY = 'websockets:is_gateway';
const SUBSCRIPTION = 'websockets:message_mapping';
const MESSAGE = 'message';
const RESOLVER_TYPE = 'graphql:resolver_type';
const FIELD_RESOLVERS = ['graphql:resolve_property', 'graphql:resolve_reference'];

const ROOT_TYPES: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

// What says how a method is called, or what of it is documented, but not that it is called from outside. Events, schedules
// and jobs of queues come from within, and Nest runs no guards ahead of them.
const NO_ENTRY =
  /^(__(guards|interceptors|pipes|exceptionFilters|routeArguments)__|swagger\/.*|design:.*|EVENT_LISTENER_METADATA|SCHEDULER?_.*|bull(mq)?:.*)$/;

/** @returns how Nest calls the method; undefined if only the application's own code can. */
export function handlerKindOf(host: object, handler: object): HandlerKind | undefined {
  if (has(CONTROLLER, host)) return controllerKindOf(handler);
  if (has(SUBSCRIPTION, handler)) return has(GATEWAY, host) ? 'websocket' : undefined;
  if (FIELD_RESOLVERS.some((key) => has(key, handler)) || has(RESOLVER_TYPE, handler)) {
    return ROOT_TYPES.has(typeOf(host, handler)) ? 'graphql' : 'graphql-field';
  }
  return isCalledByOthers(handler) ? 'other' : undefined;
}

export function isController(host: object): boolean {
  return has(CONTROLLER, host);
}

/** A method as people look for it: `OrdersController.refund (POST /orders/:id/refund)`. */
export function nameOf(host: { name: string }, handler: object, methodName: string): string {
  const place = placeOf(host, handler);
  return `${host.name}.${methodName}${place && ` (${place})`}`;
}

function placeOf(host: object, handler: object): string {
  switch (handlerKindOf(host, handler)) {
    case 'http':
      return `${RequestMethod[get(METHOD, handler) as RequestMethod]} ${pathOf(host, handler)}`;
    case 'graphql':
    case 'graphql-field':
      return `GraphQL ${typeOf(host, handler)}`;
    case 'websocket':
      return `WebSocket message ${JSON.stringify(get(MESSAGE, handler))}`;
    case 'message':
      return `message ${JSON.stringify(get(PATTERN, handler))}`;
    default:
      return '';
  }
}

function controllerKindOf(handler: object): HandlerKind | undefined {
  if (has(PATTERN, handler)) return 'message';
  if (has(PATH, handler)) return 'http';
  return isCalledByOthers(handler) ? 'other' : undefined;
}

function typeOf(host: object, handler: object): string {
  return String(get(RESOLVER_TYPE, handler) ?? get(RESOLVER_TYPE, host));
}

function pathOf(host: object, handler: object): string {
  const [paths, ownPaths] = [host, handler].map((declared) => [get(PATH, declared) ?? ''].flat().map(String));
  const each = (paths ?? []).flatMap((path) => (ownPaths ?? []).map((own) => `/${path}/${own}`));
  return each.map((path) => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1')).join(', ');
}

function isCalledByOthers(handler: object): boolean {
  return Reflect.getMetadataKeys(handler).some((key: unknown) => key !== ACCESS && !NO_ENTRY.test(String(key)));
}

function get(key: string, element: object): unknown {
  return Reflect.getMetadata(key, element);
}

function has(key: string, element: object): boolean {
  return Reflect.hasMetadata(key, element);
}
