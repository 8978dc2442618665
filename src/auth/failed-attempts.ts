import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { describeError } from '../common/describe-error.js';
import type { Actor } from '../events/actor.js';
import type { DomainEvent } from '../events/domain-event.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import { AuditSuppressed } from './events.js';
import { Principal } from './principal.js';

const ITEMISED_A_WINDOW = 10;
const WINDOW_MS = 60_000;
const SWEEP_MS = 5000;
const MOST_SOURCES = 10_000;

interface SourceWindow {
  source: string;
  credentialId: string | null;
  /** Where its first attempt came from. */
  address: string | null;
  endsAt: number;
  itemised: number;
  /** By workspace ('' for none), then by action. */
  suppressed: Map<string, Map<string, number>>;
}

/**
 * Puts refused and failed attempts on the trail, each in a short transaction before its answer leaves. Beyond ten a
 * minute from one source (the credential, or the address if there is none) they are counted, and the count is recorded
 * when the minute ends. The counts of a minute are lost if the process is killed in it.
 */
@Injectable()
export class FailedAttempts implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(FailedAttempts.name);
  private readonly windows = new Map<string, SourceWindow>();
  private readonly closings = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.closeEnded(), SWEEP_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.close([...this.windows.values()]);
  }

  /** @throws {StoreUnavailableError} if the attempt cannot be recorded: then it is not answered as if it had been. */
  async record(actor: Actor, event: DomainEvent): Promise<void> {
    const window = this.windowOf(actor);
    if (window.itemised < ITEMISED_A_WINDOW) {
      window.itemised += 1;
      await this.unitOfWork.run(actor, (work) => work.record(event));
      return;
    }
    add(window, event.workspaceId ?? '', new Map([[event.action, 1]]));
  }

  /**
   * Records the counts of the windows that have ended. Runs by itself every five seconds. When it resolves, those are
   * recorded too, or kept, that somebody had begun to record before.
   */
  async closeEnded(): Promise<void> {
    const now = this.clock.now().getTime();
    await this.close([...this.windows.values()].filter(({ endsAt }) => endsAt <= now));
  }

  private windowOf({ credentialId, origin }: Actor): SourceWindow {
    const now = this.clock.now().getTime();
    const address = origin?.ip ?? null;
    const source = credentialId ?? `address ${address}`;
    const open = this.windows.get(source);
    if (open && open.endsAt > now) return open;
    if (open) void this.close([open]);
    if (this.windows.size >= MOST_SOURCES) void this.close([...this.windows.values()].slice(0, 1));
    const opened = { source, credentialId, address, endsAt: now + WINDOW_MS, itemised: 0, suppressed: new Map() };
    this.windows.set(source, opened);
    return opened;
  }

  private async close(ended: SourceWindow[]): Promise<void> {
    const closing = this.recordCounts(ended);
    this.closings.add(closing);
    void closing.finally(() => this.closings.delete(closing));
    await Promise.all(this.closings);
  }

  private async recordCounts(ended: SourceWindow[]): Promise<void> {
    for (const window of ended) {
      if (this.windows.get(window.source) === window) this.windows.delete(window.source);
      const suppressed = [...window.suppressed];
      window.suppressed.clear();
      for (const [workspaceId, counts] of suppressed) {
        await this.recordSuppressed(window, workspaceId, counts);
      }
    }
  }

  private async recordSuppressed(
    window: SourceWindow,
    workspaceId: string,
    counts: Map<string, number>,
  ): Promise<void> {
    const event = new AuditSuppressed({
      workspaceId: workspaceId || null,
      // The address goes into the display, which can be erased; an id cannot.
      targets: [{ type: 'source', id: window.credentialId ?? 'address', display: window.address ?? '' }],
      changes: [...counts].map(([action, count]) => ({ field: action, before: null, after: count })),
    });
    try {
      await this.unitOfWork.run(Principal.system('latchkey'), (work) => work.record(event));
    } catch (error) {
      this.keep(window, workspaceId, counts);
      this.logger.error({
        message: 'The count of suppressed attempts could not be recorded yet.',
        error: describeError(error),
      });
    }
  }

  /** Counts that could not be recorded wait in the source's window: in a newer one, if it has opened meanwhile. */
  private keep(window: SourceWindow, workspaceId: string, counts: Map<string, number>): void {
    const current = this.windows.get(window.source) ?? window;
    this.windows.set(window.source, current);
    add(current, workspaceId, counts);
  }
}

function add({ suppressed }: SourceWindow, workspaceId: string, counts: Map<string, number>): void {
  const known = suppressed.get(workspaceId) ?? new Map<string, number>();
  for (const [action, count] of counts) known.set(action, (known.get(action) ?? 0) + count);
  suppressed.set(workspaceId, known);
}
