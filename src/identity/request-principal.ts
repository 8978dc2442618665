import type { HttpRequest } from '../http/request.js';
import type { KeyUse } from './key-use.js';
import type { AcceptedKey } from './ports.js';
import type { Principal } from './principal.js';

const PRINCIPAL = Symbol('latchkey.principal');
const KEY = Symbol('latchkey.key');
const ADMITTED = Symbol('latchkey.admitted');
const COUNTED = Symbol('latchkey.counted');
const GRANTED = Symbol('latchkey.granted');
const USE = Symbol('latchkey.use');

type WithPrincipal = HttpRequest & { [PRINCIPAL]?: Principal; [KEY]?: AcceptedKey; [ADMITTED]?: WeakSet<object> };

interface Countable {
  [COUNTED]?: true;
  [GRANTED]?: true;
  [USE]?: KeyUse;
}

/** The caller of a request, once {@link AuthenticationGuard} has let it pass. */
export function principalOf(request: HttpRequest): Principal | undefined {
  return (request as WithPrincipal)[PRINCIPAL];
}

export function setPrincipal(request: HttpRequest, principal: Principal): void {
  (request as WithPrincipal)[PRINCIPAL] = principal;
}

/**
 * Notes that the caller has been let pass to a handler. Many fields of GraphQL, and all messages of a WebSocket, come with one
 * request, which keeps its principal: a key that is refused by now must not pass for the caller of another handler.
 */
export function noteAdmitted(request: HttpRequest, handler: object): void {
  const { [ADMITTED]: admitted = new WeakSet() } = request as WithPrincipal;
  (request as WithPrincipal)[ADMITTED] = admitted.add(handler);
}

export function isAdmitted(request: HttpRequest, handler: object): boolean {
  return (request as WithPrincipal)[ADMITTED]?.has(handler) ?? false;
}

/** Notes whose request it is where there is no principal: it is answered ahead of the guards. */
export function setCallingKey(request: HttpRequest, key: AcceptedKey): void {
  (request as WithPrincipal)[KEY] = key;
}

/** Who a request is from, as far as that was found out. */
export function callerOf(request: HttpRequest): Pick<Principal, 'type' | 'id' | 'workspaceId'> | undefined {
  const { [PRINCIPAL]: principal, [KEY]: key } = request as WithPrincipal;
  return principal ?? (key && { type: 'apikey', id: key.id, workspaceId: key.workspaceId });
}

/** Notes that a use counts against the rate limit of its key. @returns false if it has been counted already. */
export function countOnce(use: object): boolean {
  const { [COUNTED]: isCounted } = use as Countable;
  (use as Countable)[COUNTED] = true;
  return !isCounted;
}

/** The same of the permissions that were granted to a use. */
export function grantOnce(use: object): boolean {
  const { [GRANTED]: isGranted } = use as Countable;
  (use as Countable)[GRANTED] = true;
  return !isGranted;
}

/** How a call is counted as a use of its key: the guards may be bound twice, and find the same key again. */
export function countedOnce(call: object, use: KeyUse): KeyUse {
  const { [USE]: counted } = call as Countable;
  if (counted) use.takeBack();
  return ((call as Countable)[USE] ??= use);
}
