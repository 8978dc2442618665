import { Injectable } from '@nestjs/common';
import { etagOfReview } from '../api-keys/if-match.js';
import { ApiKeysService, type ApiKeyView, type KeyName } from '../api-keys/api-keys.service.js';
import { SearchTurns } from '../database/search-turns.js';
import { PermissionSet } from '../identity/permission-set.js';
import { workspaceOf, type Principal } from '../identity/principal.js';
import { RequestInvalidError } from '../input/errors.js';
import { InputChecker } from '../input/input-checker.js';
import { toMoment } from '../input/search-bounds.js';
import { Clock } from '../kernel/clock.js';
import { KeyUses } from './counting/key-uses.js';
import type { UseTotals } from './counting/use-counter.js';
import { GetUsageDto, type GetUsageInput } from './dto/get-usage.dto.js';
import { KEPT_DAYS, periodOf, type ReportPeriod } from './report-period.js';
import {
  UsageReads,
  type Completeness,
  type CountedClient,
  type CountedTime,
  type UsedPermission,
} from './store/usage-reads.js';
import { UsageStore } from './store/usage-store.js';

const LONGEST_WAIT_MS = 10_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A client of a key, as it says itself, and what it did. */
export type ReportedClient = Omit<CountedClient, 'clientId'> & { permissions: readonly string[] };

/** Who used a key, how often, and for what. Dates are RFC 3339, UTC. */
export interface UsageReport {
  keyId: string;
  /** Until when everything is counted in. */
  asOf: string;
  /** Whether all is counted that came from `from` to `to`, until `asOf`. */
  complete: boolean;
  /** The earliest use that may be missing came after this; null if it is complete. */
  incompleteSince: string | null;
  from: string;
  /** Not included. */
  to: string;
  totals: UseTotals;
  lastUsedDate: string | null;
  /** Those that were seen last, up to 200; the last one first. */
  clients: readonly ReportedClient[];
  /** All others; null if there are none. */
  otherClients: { uses: number; refused: number } | null;
  /** Whatever the period: since they were first used. */
  permissions: readonly UsedPermission[];
  /** Those of the key that stand for none of these. */
  unusedPermissions: readonly string[];
  series: readonly { date: string; valid: number; refused: number }[];
  /** The keys that this key created and that are there, up to 200. */
  descendants: readonly KeyName[];
  /** Changes with every use. */
  etag: string;
}

/** Reports who uses keys. */
@Injectable()
export class UsageService {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly uses: KeyUses,
    private readonly store: UsageStore,
    private readonly reads: UsageReads,
    private readonly turns: SearchTurns,
    private readonly clock: Clock,
    private readonly input: InputChecker,
  ) {}

  /**
   * Reports the uses of a key of the actor's workspace, those included that this instance has counted until now.
   *
   * @throws {RequestInvalidError} for a time that ends before it begins.
   * @throws {ApiKeyNotFoundError} for an unknown id, and alike for another workspace's.
   */
  async report(actor: Principal, id: string, input: GetUsageInput = {}): Promise<UsageReport> {
    const workspaceId = workspaceOf(actor);
    const query = this.input.check(GetUsageDto, input, 'query');
    const period = this.periodOf(query);
    const { key } = await this.apiKeys.get(actor, id);
    await this.uses.flush();
    const read = await this.turns.run(workspaceId, LONGEST_WAIT_MS, () => this.read(key.id, period));
    // Read once more: the flush may have been the first that tells of a use.
    const view = await this.apiKeys.get(actor, id);
    const descendants = await this.apiKeys.createdBy(actor, id);
    return { ...toReport(view, period, read), descendants };
  }

  private periodOf({ from, to }: GetUsageDto): ReportPeriod {
    const now = this.clock.time();
    const end = Math.min(now, to === undefined ? now : (toMoment(to) ?? now));
    const begin = from === undefined ? end - KEPT_DAYS * DAY_MS : (toMoment(from) ?? now);
    if (begin > now) throw new RequestInvalidError([{ field: 'from', message: 'from must not be in the future.' }]);
    if (begin > end) throw new RequestInvalidError([{ field: 'to', message: 'to must not be before from.' }]);
    return periodOf(begin, end, now);
  }

  private async read(keyId: string, period: ReportPeriod): Promise<Read> {
    // First: what is used while this reads has another ETag.
    const uses = await this.reads.usesOf(keyId);
    const completeness = await this.reads.completeness(this.store.id, this.uses.isWritten, this.clock.now());
    const times = await this.reads.timesOf(keyId, period);
    const clients = await this.reads.clientsOf(keyId, period);
    const permissions = await this.reads.permissionsOf(keyId);
    const byClient = await this.reads.permissionsByClient(
      keyId,
      clients.map(({ clientId }) => clientId),
    );
    return { uses, completeness, times, clients, permissions, byClient };
  }
}

interface Read {
  uses: string;
  completeness: Completeness;
  times: CountedTime[];
  clients: CountedClient[];
  permissions: UsedPermission[];
  byClient: ReadonlyMap<string, readonly string[]>;
}

function toReport(
  view: ApiKeyView,
  period: ReportPeriod,
  { uses, completeness, times, clients, permissions, byClient }: Read,
): Omit<UsageReport, 'descendants'> {
  const totals = totalsOf(times);
  const since = missingSince(completeness, period);
  return {
    keyId: view.key.id,
    asOf: dateOf(completeness.asOf),
    complete: since === undefined,
    incompleteSince: since === undefined ? null : dateOf(since),
    from: dateOf(period.from * MINUTE_MS),
    to: dateOf(period.to * MINUTE_MS),
    totals,
    lastUsedDate: view.key.lastUsedDate,
    clients: clients.map(({ clientId, ...client }) => ({ ...client, permissions: byClient.get(clientId) ?? [] })),
    otherClients: othersOf(totals, clients),
    permissions,
    unusedPermissions: unusedOf(view, permissions),
    series: times.map((time) => ({
      date: dateOf(time.start * MINUTE_MS),
      valid: time.valid,
      refused: refusedIn(time),
    })),
    etag: etagOfReview(uses),
  };
}

function totalsOf(times: readonly UseTotals[]): UseTotals {
  const totals = { valid: 0, denied: 0, expired: 0, disabled: 0, rateLimited: 0 };
  for (const time of times) {
    totals.valid += time.valid;
    totals.denied += time.denied;
    totals.expired += time.expired;
    totals.disabled += time.disabled;
    totals.rateLimited += time.rateLimited;
  }
  return totals;
}

function refusedIn({ denied, expired, disabled, rateLimited }: UseTotals): number {
  return denied + expired + disabled + rateLimited;
}

function othersOf(totals: UseTotals, clients: readonly CountedClient[]): UsageReport['otherClients'] {
  const uses = clients.reduce((left, client) => left - client.uses, totals.valid);
  const refused = clients.reduce((left, client) => left - client.refused, refusedIn(totals));
  return uses + refused > 0 ? { uses, refused } : null;
}

/** Granted to the key itself, or what it may do by way of its roles. */
function unusedOf({ key, effective }: ApiKeyView, used: readonly UsedPermission[]): string[] {
  const grants = [...new Set([...key.permissions, ...effective.grants])];
  return grants.filter((grant) => {
    const set = new PermissionSet([grant]);
    return !used.some(({ name }) => set.contains(name));
  });
}

function missingSince({ gaps }: Completeness, { from, to }: ReportPeriod): number | undefined {
  const within = gaps.filter(({ since, until }) => since < to * MINUTE_MS && until >= from * MINUTE_MS);
  return within.length === 0 ? undefined : Math.min(...within.map(({ since }) => since));
}

function dateOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
