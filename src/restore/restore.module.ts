import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { EventsModule } from '../events/events.module.js';
import { RestoreCheck } from './restore-check.js';

/** Notices a database that is older than what was acknowledged. */
@Module({ imports: [DatabaseModule, EventsModule], providers: [RestoreCheck] })
export class RestoreModule {}
