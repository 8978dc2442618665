import type { Feature } from '../events/feature.js';
import { AuditSuppressed } from '../refused-attempts/events.js';
import { AuthDenied, AuthFailed, RequestFailed } from '../refused-requests/events.js';
import { AuthModule } from './auth.module.js';
import { MeController } from './me.controller.js';
import {
  UnauthenticatedError,
  PermissionDeniedError,
  EscalationError,
  IdentityProviderUnavailableError,
} from '../identity/errors.js';

export const authFeature = {
  module: AuthModule,
  route: 'me',
  controllers: [MeController],
  tag: { name: 'Me', description: 'Who the caller is.' },
  events: [AuthFailed, AuthDenied, RequestFailed, AuditSuppressed],
  errors: [UnauthenticatedError, PermissionDeniedError, EscalationError, IdentityProviderUnavailableError],
} as const satisfies Feature;
