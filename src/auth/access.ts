import type { Reflector } from '@nestjs/core';
import type { ExecutionContext } from '@nestjs/common';
import { PERMISSIONS } from './permission-catalogue.js';

/** Where a route acts: in one workspace, in one or (operator only) all of them, or in none. */
export type WorkspaceScope = 'one' | 'one-or-all' | 'none';

/** What a route declares about who may call it. A route that declares nothing is closed. */
export type Access = { kind: 'public' } | { kind: 'caller' } | PermissionAccess;

export interface PermissionAccess {
  kind: 'permission';
  permissions: readonly string[];
  /** Whether each of them is needed, or one will do. */
  needed: 'all' | 'any';
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

export function accessBy(
  permissions: readonly string[],
  needed: 'all' | 'any',
  { scope }: AccessOptions,
): PermissionAccess {
  const operatorOnly = PERMISSIONS.some(({ name, grantable }) => !grantable && permissions.includes(name));
  return { kind: 'permission', permissions, needed, scope: scope ?? (operatorOnly ? 'none' : 'one') };
}

export const ACCESS = Symbol('latchkey.access');

/** What the handler declares, or else its controller; undefined if neither does. */
export function declaredAccess(reflector: Reflector, context: ExecutionContext): Access | undefined {
  const handler = context.getHandler();
  const known = declaredByHandlers.get(handler);
  if (known) return known;
  const access = reflector.get<Access | undefined>(ACCESS, handler);
  if (!access) return reflector.get<Access | undefined>(ACCESS, context.getClass());
  declaredByHandlers.set(handler, access);
  return access;
}

// Reading metadata takes several look-ups, and each guard asks. Only what a handler says itself, whatever its class.
const declaredByHandlers = new WeakMap<object, Access>();
