import { Logger } from '@nestjs/common';
import { describeError } from '../kernel/describe-error.js';
import type { Actor } from '../events/actor.js';
import type { DomainEvent } from '../events/domain-event.js';
import { FairShares } from './fair-shares.js';
import type { NamedThing, ResourceOwners } from './resource-owners.js';

const SHARED = 5000;
const LOCATED_TOGETHER = 500;
const WAIT_MS = 1000;

/** An attempt of one workspace, or of none, that may have been aimed at another. */
export interface Notice {
  actor: Actor;
  event: DomainEvent;
  date: Date;
  /** The things that the caller named, by ids that tell their workspace. */
  things: readonly NamedThing[];
}

/** Puts the attempt on the trail of the workspace that owns what it was aimed at. */
type Deliver = (notice: Notice, workspaceId: string) => Promise<void>;

/**
 * Finds out, apart from the request, whether what a caller named is another workspace's, and tells that workspace: within
 * a second, and before its trail is read on this instance. So neither the time of an answer nor the caller's own trail
 * tells whether an id exists elsewhere.
 */
export class OwnerNotices {
  private readonly logger = new Logger(OwnerNotices.name);
  private waiting: Notice[] = [];
  private waitingPlaces = new FairShares(SHARED);
  /** Those whose workspace is known, by it. */
  private readonly located = new Map<string, Notice[]>();
  private locatedPlaces = new FairShares(SHARED);
  private locating = Promise.resolve();
  private lookUps = 0;
  private running = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly owners: Pick<ResourceOwners, 'find'>,
    private readonly deliver: Deliver,
  ) {}

  /**
   * Keeps the attempt until its workspace is told. Of attempts at what exists, five thousand a second are kept, shared by the
   * callers' workspaces; the caller's own trail has, or counts, them all. Ids that do not exist are dropped once they are
   * looked up: as soon as 500 wait, or after a second.
   */
  add(notice: Notice): void {
    if (notice.things.length === 0) return;
    if (!takePlace(this.waitingPlaces, notice)) return;
    this.waiting.push({ ...notice, actor: withoutRequest(notice.actor) });
    this.timer ??= setTimeout(() => void this.settle(null), WAIT_MS).unref();
    // One at a time: while the store is slow, no more wait than there are places.
    if (this.waiting.length >= LOCATED_TOGETHER && this.lookUps === 0) void this.locate();
  }

  /**
   * Resolves when the workspace (null: every one) has been told of what was added before, or that has failed, which is
   * logged. What concerns others waits: whoever reads one trail is not to notice what comes onto another.
   */
  settle(workspaceId: string | null): Promise<void> {
    this.running = this.running.then(() => this.tell(workspaceId));
    return this.running;
  }

  private async tell(workspaceId: string | null): Promise<void> {
    if (workspaceId === null) {
      clearTimeout(this.timer);
      this.timer = undefined;
    }
    await this.locate();
    if (workspaceId === null) this.locatedPlaces = new FairShares(SHARED);
    try {
      const told = workspaceId === null ? [...this.located.keys()] : [workspaceId];
      await Promise.all(told.flatMap((one) => this.take(one).map((notice) => this.deliver(notice, one))));
    } catch (error) {
      this.logUntold(error);
    }
  }

  private logUntold(error: unknown): void {
    this.logger.error({
      message: 'Attempts at other workspaces could not be put on their trails.',
      error: describeError(error),
    });
  }

  private take(workspaceId: string): Notice[] {
    const notices = this.located.get(workspaceId) ?? [];
    this.located.delete(workspaceId);
    return notices;
  }

  /** Resolves when those that wait, and those before them, are located, or that has failed, which is logged. */
  private locate(): Promise<void> {
    const notices = this.waiting;
    if (notices.length > 0) {
      this.waiting = [];
      this.waitingPlaces = new FairShares(SHARED);
      this.lookUps += 1;
      const before = this.locating;
      this.locating = before
        .then(() => this.locateAll(notices))
        .catch((error: unknown) => this.logUntold(error))
        .finally(() => (this.lookUps -= 1));
    }
    return this.locating;
  }

  private async locateAll(notices: readonly Notice[]): Promise<void> {
    const owners = await this.ownersOf(notices.flatMap(({ things }) => things));
    for (const notice of notices) {
      const concerned = new Set(notice.things.flatMap(({ type, id }) => owners.get(type)?.get(id) ?? []));
      concerned.delete(notice.event.workspaceId ?? '');
      if (concerned.size === 0 || !takePlace(this.locatedPlaces, notice)) continue;
      for (const one of concerned) {
        const located = this.located.get(one) ?? [];
        located.push(notice);
        this.located.set(one, located);
      }
    }
  }

  private async ownersOf(things: readonly NamedThing[]): Promise<Map<string, Map<string, string>>> {
    const owners = new Map<string, Map<string, string>>();
    for (const wanted of new Set(things.map(({ type }) => type))) {
      const ids = things.filter(({ type }) => type === wanted).map(({ id }) => id);
      owners.set(wanted, await this.owners.find(wanted, [...new Set(ids)]));
    }
    return owners;
  }
}

/** @returns whether there was one left of the share of the caller's workspace. */
function takePlace(places: FairShares, notice: Notice): boolean {
  const place = places.of(sharerOf(notice));
  if (!place.hasRoom()) return false;
  place.take();
  return true;
}

/** Whose share of the places a notice takes: the workspace's that the caller, or the refused key, belongs to. */
function sharerOf({ actor: { type, id, workspaceId }, event }: Notice): string {
  if (type === 'operator') return `${type}:${id}`;
  return (type === 'anonymous' ? event.workspaceId : workspaceId) ?? type;
}

/** The request is gone by the time that it is asked. */
function withoutRequest(actor: Actor): Actor {
  const { type, id, display, credentialId, workspaceId, origin } = actor;
  const { id: requestId, method, route, ip, userAgent, successStatus } = origin ?? {};
  return {
    type,
    id,
    // The name of a key is its workspace's own affair.
    display: type === 'apikey' ? '' : display,
    credentialId,
    workspaceId,
    origin: origin && ({ id: requestId, method, route, ip, userAgent, successStatus } as Actor['origin']),
  };
}
