import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { isOfLatchkey } from '../refused-requests/attempted-command.js';

/** A global interceptor of a request's own, as Nest holds it. */
type ScopedInterceptor = ReturnType<ApplicationConfig['getGlobalRequestInterceptors']>[number];

/**
 * Keeps the interceptors that a host binds globally from Latchkey's routes. They stand outside those of a controller, so
 * what they make of an answer is the last word: one that caches would answer one workspace with the keys of another.
 */
@Injectable()
export class GlobalInterceptors {
  private readonly passing = new WeakMap<object, NestInterceptor>();

  constructor(private readonly config: ApplicationConfig) {}

  /** Takes effect for the routes that Nest binds from then on. */
  passOverOurRoutes(): void {
    const { config } = this;
    const interceptors = config.getGlobalInterceptors.bind(config);
    const scoped = config.getGlobalRequestInterceptors.bind(config);
    config.getGlobalInterceptors = () => interceptors().map((interceptor) => this.passingOver(interceptor));
    config.getGlobalRequestInterceptors = () => scoped().map((wrapper) => this.passingOverScoped(wrapper));
  }

  private passingOver<Interceptor>(interceptor: Interceptor): Interceptor {
    if (!isInterceptor(interceptor)) return interceptor;
    const known = this.passing.get(interceptor);
    if (known) return known as Interceptor;
    const intercept = (context: ExecutionContext, next: CallHandler) =>
      isOfLatchkey(context.getClass()) ? next.handle() : interceptor.intercept(context, next);
    // Whatever else is asked of it, or of its class, finds the host's.
    const passing = Object.create(interceptor, { intercept: { value: intercept } }) as NestInterceptor;
    this.passing.set(interceptor, passing);
    return passing as Interceptor;
  }

  private passingOverScoped(wrapper: ScopedInterceptor): ScopedInterceptor {
    const getInstanceByContextId: ScopedInterceptor['getInstanceByContextId'] = (...of) => {
      const host = wrapper.getInstanceByContextId(...of);
      return Object.create(host, { instance: { value: this.passingOver(host.instance) } }) as typeof host;
    };
    return Object.create(wrapper, { getInstanceByContextId: { value: getInstanceByContextId } }) as ScopedInterceptor;
  }
}

function isInterceptor(bound: unknown): bound is NestInterceptor {
  const isObject = (typeof bound === 'object' && bound !== null) || typeof bound === 'function';
  return isObject && typeof (bound as Partial<NestInterceptor>).intercept === 'function';
}
