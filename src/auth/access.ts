import type { Reflector } from '@nestjs/core';
import type { ExecutionContext } from '@nestjs/common';
import type { PermissionName } from './permission-catalogue.js';

/** Where a route acts: in one workspace, in one or (operator only) all of them, or in none. */
export type WorkspaceScope = 'one' | 'one-or-all' | 'none';

/** What a route declares about who may call it. A route that declares nothing is closed. */
export type Access =
  | { kind: 'public' }
  | { kind: 'caller' }
  | { kind: 'permission'; anyOf: readonly PermissionName[]; scope: WorkspaceScope };

export const ACCESS = Symbol('latchkey.access');

/** What the handler declares, or else its controller; undefined if neither does. */
export function declaredAccess(reflector: Reflector, context: ExecutionContext): Access | undefined {
  return reflector.getAllAndOverride<Access | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
}
