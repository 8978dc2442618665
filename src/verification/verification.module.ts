import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { KeyInspector } from './key-inspector.js';
import { KeyVerifier } from './key-verifier.js';
import { RefusedVerifications } from './refused-verifications.js';
import { KeyStore } from './key-store.js';

@Module({
  imports: [AuthModule, GrantsModule, UsageModule],
  providers: [KeyInspector, KeyVerifier, RefusedVerifications, KeyStore],
  exports: [KeyVerifier],
})
export class VerificationModule {}
