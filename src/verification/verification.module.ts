import { Module } from '@nestjs/common';
import { GrantsModule } from '../grants/grants.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { KeyVerifier } from './key-verifier.js';

@Module({ imports: [GrantsModule, UsageModule], providers: [KeyVerifier], exports: [KeyVerifier] })
export class VerificationModule {}
