import { Injectable } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { HttpAdapterHost } from '@nestjs/core';
import { RouteErrorFilter } from './error.filter.js';
import type { HttpRequest, HttpResponse } from './request.js';

/** What Fastify has of a route, as far as this reads and writes it. */
interface FastifyRoute {
  config?: object;
  errorHandler?: (error: Error, request: HttpRequest, reply: HttpResponse) => void;
}

interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): unknown;
}

// What `@RouteConfig()` of Nest's Fastify adapter notes: an application on Express need not have that package.
const ROUTE_CONFIG = '__fastify_route_config__';
const OURS = Symbol('latchkey.route');

/** Marks the routes of a controller for {@link FastifyParsers}. */
export function MarkedForFastify(): ClassDecorator {
  return ({ prototype }) => {
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(prototype as object))) {
      if (typeof value !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, value as object)) continue;
      const config = Reflect.getMetadata(ROUTE_CONFIG, value as object) as object | undefined;
      Reflect.defineMetadata(ROUTE_CONFIG, { ...config, [OURS]: true }, value as object);
    }
  };
}

const REFUSALS_OF_A_PARSER: ReadonlySet<unknown> = new Set([400, 415]);

/**
 * Answers what Fastify's parsers refuse at Latchkey's routes with the one body. They stand ahead of all code of Nest's, and
 * know nothing of its filters but the global ones, which are the host's. Express has parsed before it looks for a route.
 */
@Injectable()
export class FastifyParsers {
  private readonly refusals: RouteErrorFilter;

  constructor(private readonly adapterHost: HttpAdapterHost) {
    this.refusals = new RouteErrorFilter(adapterHost);
  }

  /** Takes effect for the routes that are bound from then on. */
  answerForOurRoutes(): void {
    // Undefined or null, as the version of Nest has it, where there is no HTTP.
    const adapter = (this.adapterHost as Partial<HttpAdapterHost> | undefined)?.httpAdapter;
    if (adapter?.getType() !== 'fastify') return;
    adapter.getInstance<FastifyInstance>().addHook('onRoute', (route) => {
      if (!route.config || !(OURS in route.config)) return;
      route.errorHandler = (error, request, reply) => {
        if (!isOfParser(error)) throw error;
        reply.header('Cache-Control', 'no-store');
        this.refusals.answer(error, request, reply);
      };
    });
  }
}

// Of its own hooks, and of plugins, the host answers as it does.
function isOfParser(error: Error & { code?: unknown; statusCode?: unknown }): boolean {
  const isKnown = error instanceof SyntaxError || String(error.code).startsWith('FST_ERR_CTP_');
  return isKnown && REFUSALS_OF_A_PARSER.has(error.statusCode);
}
