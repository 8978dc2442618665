import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { RevocationModule } from '../revocation/revocation.module.js';
import { DeletedKeysListener } from './deleted-keys.listener.js';
import { KeyUses } from './counting/key-uses.js';
import { UsageReads } from './store/usage-reads.js';
import { UsageStore } from './store/usage-store.js';
import { UsageSweep } from './store/usage-sweep.js';
import { UsageService } from './usage.service.js';
import { UseReview } from './use-review.js';

// The start of the database comes before ours, and its end after ours.
@Module({
  imports: [DatabaseModule, AuthModule, ApiKeysModule, RevocationModule],
  providers: [DeletedKeysListener, KeyUses, UsageReads, UsageService, UsageStore, UsageSweep, UseReview],
  exports: [KeyUses, UsageService],
})
export class UsageModule {}
