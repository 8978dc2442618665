import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { DomainEvent, DomainEventClass } from './domain-event.js';
import { IN_TRANSACTION, type Hearing, type InTransactionHandler as Handler } from './in-transaction.decorator.js';
import type { Work } from './work.js';

const EVERY = '*';

/** Finds the in-transaction handlers of the application and runs them. */
@Injectable()
export class EventHandlers {
  private handlers: Map<string, Handler[]> | undefined;
  private readonly persisted = new Set<string>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** Runs the handlers that hear any of the events, one after the other. */
  async run(work: Work, events: readonly DomainEvent[]): Promise<void> {
    for (const [action, handlers] of this.all()) {
      const heard = events.filter((event) => action === EVERY || event.action === action);
      if (heard.length === 0) continue;
      for (const handler of handlers) await handler(work, heard);
    }
  }

  /** @throws {Error} naming each event of the catalogue that no handler would persist. */
  assertComplete(catalogue: readonly DomainEventClass[]): void {
    this.all();
    const lost = catalogue.filter(({ action }) => !this.isPersisted(action));
    if (lost.length > 0) {
      const names = lost.map(({ name, action }) => `${name} (${action})`).join(', ');
      throw new Error(`No in-transaction handler hears ${names}. Import the Audit module, or handle them yourself.`);
    }
  }

  private isPersisted(action: string): boolean {
    return this.persisted.has(action) || this.persisted.has(EVERY);
  }

  private all(): Map<string, Handler[]> {
    return (this.handlers ??= this.discover());
  }

  private discover(): Map<string, Handler[]> {
    const found = new Map<string, Handler[]>();
    // A provider may be there under several tokens, and is to hear an event once.
    const instances = new Set(this.discovery.getProviders().map(({ instance }) => instance as unknown));
    for (const instance of instances) {
      if (typeof instance !== 'object' || instance === null) continue;
      const provider = instance as Record<string, Handler>;
      const prototype = Object.getPrototypeOf(provider) as Record<string, Handler>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const method = prototype[name];
        if (!method) continue;
        const hearing = this.reflector.get<Hearing | undefined>(IN_TRANSACTION, method);
        if (!hearing) continue;
        const { action, persists } = hearing;
        found.set(action, [...(found.get(action) ?? []), method.bind(provider)]);
        if (persists) this.persisted.add(action);
      }
    }
    return found;
  }
}
