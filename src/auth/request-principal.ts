import type { HttpRequest } from '../common/request.js';
import type { Principal } from './principal.js';

const PRINCIPAL = Symbol('latchkey.principal');

type WithPrincipal = HttpRequest & { [PRINCIPAL]?: Principal };

/** The caller of a request, once {@link AuthenticationGuard} has let it pass. */
export function principalOf(request: HttpRequest): Principal | undefined {
  return (request as WithPrincipal)[PRINCIPAL];
}

export function setPrincipal(request: HttpRequest, principal: Principal): void {
  (request as WithPrincipal)[PRINCIPAL] = principal;
}
