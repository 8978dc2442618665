import type { ExecutionContext } from '@nestjs/common';
import { PERMISSIONS } from './permission-catalogue.js';

/** Where a route acts: in one workspace, in one or (operator only) all of them, or in none. */
export type WorkspaceScope = 'one' | 'one-or-all' | 'none';

/** Permissions that a caller must hold: each of them, or at least one. */
export interface Requirement {
  permissions: readonly string[];
  needed: 'all' | 'any';
}

/** What one decorator says about who may call a route. */
export type Declaration = { kind: 'public' } | { kind: 'caller' } | PermissionDeclaration;

export interface PermissionDeclaration extends Requirement {
  kind: 'permission';
  scope: WorkspaceScope;
}

/** What all declarations of a route come to. A route that declares nothing has none, and is closed. */
export type Access = { kind: 'public' } | { kind: 'caller' } | PermissionAccess;

export interface PermissionAccess {
  kind: 'permission';
  /** Each of them must be met. */
  requirements: readonly Requirement[];
  scope: WorkspaceScope;
}

export interface AccessOptions {
  /**
   * In which workspace the route acts: in one; in one or, for the operator who says `*`, in all; or in none.
   *
   * @default 'one'; 'none' where a permission belongs to the operator alone
   */
  scope?: WorkspaceScope;
}

/** @throws {Error} if no permission is given. */
export function permissionsDeclared(
  permissions: readonly string[],
  needed: 'all' | 'any',
  { scope }: AccessOptions,
): PermissionDeclaration {
  if (permissions.length === 0) {
    throw new Error(
      'Name at least one permission. @AnyCaller() opens a route to every caller, @Public() to everybody.',
    );
  }
  const operatorOnly = PERMISSIONS.some(({ name, grantable }) => !grantable && permissions.includes(name));
  return { kind: 'permission', permissions, needed, scope: scope ?? (operatorOnly ? 'none' : 'one') };
}

/** The metadata that holds declarations. */
export const ACCESS = Symbol('latchkey.access');

/** Adds a declaration to those that a route, or a controller, already has. */
export function declare(declaration: Declaration): MethodDecorator & ClassDecorator {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const element = descriptor ? (descriptor.value as object) : target;
    Reflect.defineMetadata(ACCESS, [...declarationsOf(element), declaration], element);
    if (name === undefined) return;
    // Under its name as well, so that it is missed if another function takes the place of the method.
    const known = (Reflect.getOwnMetadata(ACCESS, target, name) ?? []) as Declaration[];
    Reflect.defineMetadata(ACCESS, [...known, declaration], target, name);
  };
}

/** What a controller, or the method behind a route, declares itself; a controller also what those it extends declare. */
export function declarationsOf(element: object): readonly Declaration[] {
  return (Reflect.getMetadata(ACCESS, element) ?? []) as Declaration[];
}

/** What was declared on the method of that name, in the class or the nearest that it extends. */
export function declarationsByName(prototype: object, name: string): readonly Declaration[] {
  return (Reflect.getMetadata(ACCESS, prototype, name) ?? []) as Declaration[];
}

/** Whether one declaration opens to everybody what another one guards. */
export function contradict(declarations: readonly Declaration[]): boolean {
  const open = declarations.filter(({ kind }) => kind === 'public');
  return open.length > 0 && open.length < declarations.length;
}

/**
 * What the declarations of a route and of its controller come to: all of them hold, but that `@Public()` on the route opens
 * it alone, and on the controller opens the routes that declare nothing. Undefined if there are none, or they contradict.
 */
export function accessOf(controller: object, handler: object): Access | undefined {
  const own = declarationsOf(handler);
  const shared = declarationsOf(controller);
  if (contradict(own) || contradict(shared)) return undefined;
  if (own.some(isPublic)) return { kind: 'public' };
  const declared = [...own, ...shared.filter((declaration) => own.length === 0 || !isPublic(declaration))];
  const [first] = declared;
  if (!first || first.kind === 'public') return first;
  const permissions = declared.filter(({ kind }) => kind === 'permission') as PermissionDeclaration[];
  return permissions.length === 0 ? { kind: 'caller' } : allOf(permissions);
}

/** What the route of a request declares. */
export function declaredAccess(context: ExecutionContext): Access | undefined {
  const controller = context.getClass();
  const handler = context.getHandler();
  const routes = known.get(controller) ?? new WeakMap<object, Access | null>();
  const found = routes.get(handler);
  if (found !== undefined) return found ?? undefined;
  const access = accessOf(controller, handler);
  known.set(controller, routes.set(handler, access ?? null));
  return access;
}

// Reading metadata takes several look-ups, and each guard asks. By class too: classes share the methods they inherit.
const known = new WeakMap<object, WeakMap<object, Access | null>>();

function isPublic({ kind }: Declaration): boolean {
  return kind === 'public';
}

const NARROWEST_FIRST: readonly WorkspaceScope[] = ['one', 'one-or-all', 'none'];

function allOf(declarations: readonly PermissionDeclaration[]): PermissionAccess {
  const each = declarations.filter(({ needed }) => needed === 'all').flatMap(({ permissions }) => permissions);
  const alternatives = declarations.filter(({ needed }) => needed === 'any');
  const scope = NARROWEST_FIRST.find((narrow) => declarations.some((declaration) => declaration.scope === narrow));
  return {
    kind: 'permission',
    requirements: [
      ...(each.length > 0 ? [{ permissions: [...new Set(each)], needed: 'all' as const }] : []),
      ...alternatives.map(({ permissions, needed }) => ({ permissions, needed })),
    ],
    scope: scope ?? 'one',
  };
}
