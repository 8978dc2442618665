import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { KeyUses } from './counting/key-uses.js';
import { UsageStore } from './store/usage-store.js';

// The start of the database comes before ours, and its end after ours.
@Module({
  imports: [DatabaseModule],
  providers: [KeyUses, UsageStore],
  exports: [KeyUses],
})
export class UsageModule {}
