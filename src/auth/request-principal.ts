import type { HttpRequest } from '../common/request.js';
import type { Principal } from './principal.js';

const PRINCIPAL = Symbol('latchkey.principal');
const COUNTED = Symbol('latchkey.counted');

type WithPrincipal = HttpRequest & { [PRINCIPAL]?: Principal; [COUNTED]?: true };

/** The caller of a request, once {@link AuthenticationGuard} has let it pass. */
export function principalOf(request: HttpRequest): Principal | undefined {
  return (request as WithPrincipal)[PRINCIPAL];
}

export function setPrincipal(request: HttpRequest, principal: Principal): void {
  (request as WithPrincipal)[PRINCIPAL] = principal;
}

/** Notes that a request counts against the rate limit of its key. @returns false if it has been counted already. */
export function countOnce(request: HttpRequest): boolean {
  const { [COUNTED]: isCounted } = request as WithPrincipal;
  (request as WithPrincipal)[COUNTED] = true;
  return !isCounted;
}
