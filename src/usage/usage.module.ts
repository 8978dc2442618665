import { Module } from '@nestjs/common';
import { KeyUses } from './key-uses.js';

@Module({ providers: [KeyUses], exports: [KeyUses] })
export class UsageModule {}
