import { Module, type DynamicModule, type ExecutionContext, type Type } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import type { LatchkeyController } from './latchkey.options.js';
import { MembersModule } from './members/members.module.js';
import { PermissionsModule } from './permissions/permissions.module.js';
import { RolesModule } from './roles/roles.module.js';
import { VerificationModule } from './verification/verification.module.js';
import { WorkspacesModule } from './workspaces/workspaces.module.js';

const MODULES = {
  apikey: ApiKeysModule,
  verify: VerificationModule,
  me: AuthModule,
  workspace: WorkspacesModule,
  role: RolesModule,
  member: MembersModule,
  permission: PermissionsModule,
  audit: AuditModule,
} satisfies Record<LatchkeyController, Type & { controllers: Type[] }>;

/** Mounts controllers of the features. */
@Module({ imports: Object.values(MODULES) })
class LatchkeyRoutesModule {}

/** @param prefix of their paths, behind a global prefix of the host; `''` for none */
export function mounted(names: readonly LatchkeyController[], prefix: string): DynamicModule[] {
  const controllers: Type[] = names.flatMap((name): Type[] => MODULES[name].controllers);
  const module = { module: LatchkeyRoutesModule, controllers };
  return prefix === '' ? [module] : [module, RouterModule.register([{ path: prefix, module: LatchkeyRoutesModule }])];
}

/** Tells whether a route is one of Latchkey's, which its own guards protect: for a host's global guard to let it pass. */
export function isLatchkeyRoute(context: ExecutionContext): boolean {
  const controller: unknown = context.getClass();
  return Object.values(MODULES).some(({ controllers }) => (controllers as unknown[]).includes(controller));
}
