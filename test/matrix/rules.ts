import type { Access } from '../../src/identity/access.js';
import { permissionsOf } from '../support/routes.js';
import type { Caller } from './callers.js';
import { OPERATOR_ONLY } from './world.js';

export const ID_KINDS = ['own', 'foreign', 'random', 'deleted', 'none'] as const;

export type IdKind = (typeof ID_KINDS)[number];

/** One cell of the matrix. */
export interface Cell {
  access: Access | undefined;
  caller: Caller;
  /** undefined for a route whose path names nothing. */
  id: IdKind | undefined;
  /** A command on one thing, by a path that names none. */
  lacksId: boolean;
  /** A path that has nothing where an id would stand before more of it. */
  isNoRoute: boolean;
  /** The body has a field that does not exist. */
  malformed: boolean;
  /** What the body hands out. */
  granted: readonly string[];
  /** What the route answers with when it is carried out. */
  success: number;
  /** What it answers with for an id that it does not know; undefined if it makes what is not there. */
  unknownCode: string | undefined;
}

export interface Expected {
  status: number;
  code?: string;
}

/** What the contract says of a cell: the order of refusal is 401, 403, 412, 400, 404. */
export function expectedOf(cell: Cell): Expected {
  const { access, caller, malformed, granted, success } = cell;
  if (cell.isNoRoute) return { status: 404, code: 'route.not_found' };
  if (access?.kind === 'public') return { status: success };
  if (caller.grants === undefined) return { status: 401, code: 'auth.unauthenticated' };
  const workspace = workspaceRefusal(access, caller);
  // What somebody in several workspaces may do is not known before they name one.
  if (workspace && caller.acts === 'undecided') return workspace;
  if (!mayEnter(access, caller)) return { status: 403, code: 'auth.permission_denied' };
  const isUnknown = workspace?.status === 404;
  if (workspace && !(isUnknown && malformed && !cell.lacksId)) return workspace;
  if (cell.lacksId) return { status: 412, code: 'request.id_required' };
  if (malformed) return { status: 400, code: 'request.invalid' };
  if (!granted.every((grant) => holds(caller, grant))) return { status: 403, code: 'auth.escalation' };
  if (cell.unknownCode !== undefined && !exists(cell)) return { status: 404, code: cell.unknownCode };
  return { status: success };
}

function mayEnter(access: Access | undefined, caller: Caller): boolean {
  if (access?.kind === 'caller') return true;
  return permissionsOf(access).some((permission) => holds(caller, permission));
}

function holds({ grants = [] }: Caller, permission: string): boolean {
  if (grants === 'everything') return true;
  if (OPERATOR_ONLY.includes(permission)) return false;
  return [permission, permission.replace(/:.*/, ':*'), '*'].some((grant) => grants.includes(grant));
}

function workspaceRefusal(access: Access | undefined, { acts, grants }: Caller): Expected | undefined {
  const scope = access?.kind === 'permission' ? access.scope : 'optional';
  if (scope === 'none') return undefined;
  if (acts === 'trespassing') return { status: 404, code: 'workspace.not_found' };
  const required = { status: 412, code: 'workspace.required' };
  if (acts === 'everywhere') return scope === 'one-or-all' ? undefined : required;
  if (acts === 'undecided') return scope === 'optional' ? undefined : required;
  return acts === 'nowhere' && grants === 'everything' && scope !== 'optional' ? required : undefined;
}

/** Whether the caller finds something under the id. */
function exists({ access, caller, id }: Cell): boolean {
  if (id === undefined || id === 'none') return true;
  const scope = access?.kind === 'permission' ? access.scope : 'none';
  if (scope === 'none') return id === 'own' || id === 'foreign';
  // In every workspace there are records alone, and of those even the ones of a deleted workspace.
  if (caller.acts === 'everywhere') return id !== 'random';
  return caller.acts === 'here' && id === 'own';
}
