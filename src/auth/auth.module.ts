import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { FailedAttempts } from '../refused-attempts/failed-attempts.js';
import { AccessCheck } from '../authorization/access-check.js';
import { ApiKeyStrategy } from '../authentication/api-key.strategy.js';
import { EscalationRule } from '../authorization/escalation.js';
import { FastifyParsers } from '../http/fastify-parsers.js';
import { GlobalInterceptors } from './global-interceptors.js';
import { HostDocumentation } from '../authorization/host-documentation.js';
import { HostUsers } from '../authentication/host-users.js';
import { IdentityProvider } from '../authentication/identity-provider.js';
import { JsonWebTokenStrategy } from '../authentication/json-web-token.strategy.js';
import { RateLimitsModule } from '../rate-limits/rate-limits.module.js';
import { RefusedCommands } from '../refused-requests/refused-commands.js';

/** Who are you, may you. Exports what the guards stand on, so that any module can protect its controllers with them. */
@Module({
  // Its start comes before ours, which reads.
  imports: [DatabaseModule, RateLimitsModule],
  providers: [
    AccessCheck,
    ApiKeyStrategy,
    EscalationRule,
    FailedAttempts,
    FastifyParsers,
    GlobalInterceptors,
    HostDocumentation,
    HostUsers,
    IdentityProvider,
    JsonWebTokenStrategy,
    RefusedCommands,
  ],
  exports: [
    AccessCheck,
    ApiKeyStrategy,
    EscalationRule,
    FailedAttempts,
    FastifyParsers,
    GlobalInterceptors,
    HostDocumentation,
    HostUsers,
    JsonWebTokenStrategy,
    RateLimitsModule,
    RefusedCommands,
  ],
})
export class AuthModule {}
