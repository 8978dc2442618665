import { headerOf, type HttpRequest } from '../http/request.js';
import type { Caller } from '../identity/key-use.js';

/** The caller of a request, as it says itself. Found out when asked: behind proxies, the address costs more than a verification. */
export class RequestCaller implements Caller {
  constructor(private readonly request: HttpRequest) {}

  get application(): string | undefined {
    return headerOf(this.request, 'x-application');
  }

  get ip(): string | null {
    return this.request.ip ?? null;
  }

  get userAgent(): string | undefined {
    return this.request.headers['user-agent'];
  }
}
