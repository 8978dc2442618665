import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { RateLimits } from './rate-limits.js';

// Its start comes before ours, which reads.
@Module({ imports: [DatabaseModule], providers: [RateLimits], exports: [RateLimits] })
export class RateLimitsModule {}
