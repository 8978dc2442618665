import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import type { ModuleRef } from './bound-guards.js';
import { isController } from './handler-kind.js';

/** A class whose methods Nest may call from outside. */
export interface HostedClass {
  module: ModuleRef;
  type: Type;
  prototype: object;
  methods: HostedMethod[];
  /** Whether Nest makes an instance for each request: what these have under a name cannot be seen before. */
  isOfRequest: boolean;
}

export interface HostedMethod {
  name: string;
  /** What the class has under the name. */
  declared: object;
  /** What Nest calls: the same, unless the instance has a function of its own in its place. */
  called: object;
}

const scanner = new MetadataScanner();

/** The controllers of a module. */
export function controllersOf(module: ModuleRef): HostedClass[] {
  return [...module.controllers.values()].flatMap((wrapper) => hosted(module, wrapper));
}

/** The providers of a module that may be resolvers, gateways or the like. */
export function providersOf(module: ModuleRef): HostedClass[] {
  const wrappers = [...module.providers.values()].filter(({ isAlias }) => !isAlias);
  // A controller that is a provider as well is routed to as a controller.
  return wrappers.flatMap((wrapper) => hosted(module, wrapper)).filter(({ type }) => !isController(type));
}

function hosted(module: ModuleRef, wrapper: Wrapper): HostedClass[] {
  const { instance, metatype, isNotMetatype } = wrapper;
  const object = typeof instance === 'object' && instance !== null ? instance : undefined;
  const type: unknown = isNotMetatype ? object?.constructor : metatype;
  if (typeof type !== 'function') return [];
  const prototype = object ? (Object.getPrototypeOf(object) as object) : (type.prototype as object);
  const isOfRequest = !wrapper.isDependencyTreeStatic();
  return [{ module, type: type as Type, prototype, methods: methodsOf(prototype, object), isOfRequest }];
}

function methodsOf(prototype: object, instance: object = prototype): HostedMethod[] {
  return scanner.getAllMethodNames(prototype).map((name) => {
    const declared = (prototype as Record<string, object>)[name] as object;
    return { name, declared, called: (instance as Record<string, object>)[name] ?? declared };
  });
}

interface Wrapper {
  instance: unknown;
  metatype: unknown;
  isNotMetatype: boolean;
  isDependencyTreeStatic: () => boolean;
}
