import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { HostNotifier } from './host-notifier.js';
import { EventHandlers } from './event-handlers.js';
import { UnitOfWork } from './unit-of-work.js';

/** The unit of work, and whoever listens inside it. */
@Module({
  imports: [DiscoveryModule],
  providers: [HostNotifier, EventHandlers, UnitOfWork],
  exports: [EventHandlers, UnitOfWork],
})
export class EventsModule {}
