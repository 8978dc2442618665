import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { accessOf, type Access } from '../../src/identity/access.js';

/** What `@ApiExcludeController()` leaves. */
const EXCLUDED = 'swagger/apiExcludeController';

/** A route of a controller, as the router knows it, in the notation of OpenAPI. */
export interface Route {
  method: string;
  path: string;
  /** What it declares about who may call it; undefined if nothing. */
  access: Access | undefined;
  /** Whether it is left out of the OpenAPI document, as those are that only say what is missing. */
  isHidden: boolean;
}

/** The permissions that a declaration names. */
export function permissionsOf(access: Access | undefined): string[] {
  return access?.kind === 'permission' ? access.requirements.flatMap(({ permissions }) => permissions) : [];
}

/** Every route of every controller of the application. */
export function routesOf(app: NestFastifyApplication): Route[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (metatype ? routesOfController(app, metatype as Type) : []));
}

function routesOfController(app: NestFastifyApplication, controller: Type): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name]!;
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const segments = [controller, handler].map((declared) => Reflect.getMetadata(PATH_METADATA, declared) as string);
    const path = pathOf(app, RequestMethod[method], segments.join('/').replace(/\/+$/, ''));
    return [
      {
        method: RequestMethod[method].toLowerCase(),
        path: path.replace(/:(\w+)/g, '{$1}'),
        access: accessOf(controller, handler),
        isHidden: Reflect.hasMetadata(EXCLUDED, controller),
      },
    ];
  });
}

function pathOf(app: NestFastifyApplication, method: string, path: string): string {
  const router = app.getHttpAdapter().getInstance();
  const found = [`/api/v1/${path}`, `/${path}`].find((url) => router.hasRoute({ url, method }));
  if (!found) throw new Error(`The router does not know ${method} ${path}.`);
  return found;
}
