import { Module } from '@nestjs/common';
import { UsageModule } from '../usage/usage.module.js';
import { KeyVerifier } from './key-verifier.js';

@Module({ imports: [UsageModule], providers: [KeyVerifier], exports: [KeyVerifier] })
export class VerificationModule {}
