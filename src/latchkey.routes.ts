import { Module, type DynamicModule, type ExecutionContext, type Type } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { FEATURES } from './latchkey.features.js';
import type { LatchkeySetup } from './latchkey.options.js';

/** Mounts controllers of the features. */
@Module({ imports: FEATURES.map(({ module }) => module) })
class LatchkeyRoutesModule {}

/** @returns the modules that mount the routes that the host asks for, behind a global prefix of the host. */
export function mounted({ controllers = 'all', routePrefix = 'latchkey' }: LatchkeySetup): DynamicModule[] {
  const isMounted = (route: string | undefined): boolean =>
    controllers === 'all' || (controllers !== 'none' && (controllers as readonly unknown[]).includes(route));
  const mounted = FEATURES.filter(({ route }) => isMounted(route)).flatMap((feature) => feature.controllers ?? []);
  const module = { module: LatchkeyRoutesModule, controllers: mounted };
  if (routePrefix === '') return [module];
  return [module, RouterModule.register([{ path: routePrefix, module: LatchkeyRoutesModule }])];
}

/** Tells whether a route is one of Latchkey's, which its own guards protect: for a host's global guard to let it pass. */
export function isLatchkeyRoute(context: ExecutionContext): boolean {
  const controller: Type = context.getClass();
  return FEATURES.some(({ controllers = [] }) => controllers.includes(controller));
}
