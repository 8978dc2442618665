import { Injectable, Logger } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { describeError } from '../kernel/describe-error.js';
import type { DomainEvent } from './domain-event.js';

/** The name under which events are announced to the host after their commit: `latchkey.apikey.deleted`. */
export const ANNOUNCEMENT_PREFIX = 'latchkey.';

type Listener = (...values: unknown[]) => unknown;

/** What is needed of the `EventEmitter2` of `@nestjs/event-emitter`, a package that a host may do without. */
interface Emitter {
  listeners(name: string): Listener[];
  listenersAny(): Listener[];
}

/** Announces what has been committed through the host's `EventEmitter2`, if it has one. */
@Injectable()
export class HostNotifier {
  private readonly logger = new Logger(HostNotifier.name);
  private emitter: Emitter | null | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  /** At most once; what listeners throw is logged. */
  notify(event: DomainEvent): void {
    // Null is an answer too: looking through all providers of a host takes longer than what is announced.
    const emitter = this.emitter === undefined ? (this.emitter = this.discover()) : this.emitter;
    if (!emitter) return;
    const name = ANNOUNCEMENT_PREFIX + event.action;
    // Not `emitAsync`: there a listener that throws at once keeps the others from hearing, and leaves their rejections to
    // end the process.
    for (const listener of emitter.listeners(name)) void this.tell(event, () => listener.call(emitter, event));
    for (const listener of emitter.listenersAny()) void this.tell(event, () => listener.call(emitter, name, event));
  }

  private async tell({ action, id }: DomainEvent, listen: () => unknown): Promise<void> {
    try {
      await listen();
    } catch (error) {
      this.logger.error({
        message: 'A listener failed after the commit.',
        action,
        eventId: id,
        error: describeError(error),
      });
    }
  }

  // By what it can do: importing its class would make the package necessary.
  private discover(): Emitter | null {
    const instances = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    return instances.find(isEmitter) ?? null;
  }
}

function isEmitter(instance: unknown): instance is Emitter {
  const { emitAsync, listeners, listenersAny } = (instance ?? {}) as Record<string, unknown>;
  return [emitAsync, listeners, listenersAny].every((method) => typeof method === 'function');
}
