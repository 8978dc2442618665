import { Module } from '@nestjs/common';
import { ApiKeyStrategy } from './api-key.strategy.js';
import { FailedAttempts } from './failed-attempts.js';
import { OperatorKeys } from './operator-keys.js';
import { RateLimits } from './rate-limits.js';

/** Who are you, may you. Exports what the guards stand on, so that any module can protect its controllers with them. */
@Module({
  providers: [ApiKeyStrategy, FailedAttempts, OperatorKeys, RateLimits],
  exports: [ApiKeyStrategy, FailedAttempts, OperatorKeys, RateLimits],
})
export class AuthModule {}
