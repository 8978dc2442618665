import type { Type } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';

/** A module of the application, as Nest holds it. */
export type ModuleRef = ModulesContainer extends Map<string, infer Module> ? Module : never;
type ProviderWrapper = ModuleRef extends { providers: Map<unknown, infer Wrapper> } ? Wrapper : never;

const GUARDS = '__guards__';

/** The guards that Nest runs ahead of every route: those of `app.useGlobalGuards`, and the providers of `APP_GUARD`. */
export function globalGuards(config: ApplicationConfig, modules: Iterable<ModuleRef>): unknown[] {
  const aliases = [...modules].flatMap(({ providers }) => [...providers.values()]).filter(isGuardAlias);
  const scoped = config.getGlobalRequestGuards().map((wrapper) => guardOf(wrapper));
  // An alias counts for what it stands for, also where a test has put something else in its place.
  return [...config.getGlobalGuards(), ...scoped, ...aliases.map((wrapper) => guardOf(wrapper))];
}

/**
 * The guards bound to a class or a method by `@UseGuards` that Nest runs. It passes over a guard whose class the module does
 * not hold: the guards of providers that a factory makes, or that have another token than their class.
 */
export function guardsBoundTo(element: object, { injectables }: ModuleRef): unknown[] {
  const bound = (Reflect.getMetadata(GUARDS, element) ?? []) as unknown[];
  return bound.filter((guard) => typeof guard !== 'function' || injectables.has(guard as Type));
}

/** Whether a guard, by its class or an instance, is the given one, or one of the host's own that extends it. */
export function isKindOf(guard: unknown, kind: Type): boolean {
  if (typeof guard !== 'function') return guard instanceof kind;
  return guard === kind || (guard as Type).prototype instanceof kind;
}

function isGuardAlias(wrapper: ProviderWrapper): boolean {
  return wrapper.subtype === 'guard' && wrapper.isAlias;
}

function guardOf(wrapper: ProviderWrapper): unknown {
  return wrapper.isAlias ? wrapper.inject?.[0] : wrapper.metatype;
}
