import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiKeysService, Principal, WorkspacesService } from 'latchkey';
import { newId } from 'latchkey/internal/kernel/ids';
import { Revocations } from 'latchkey/internal/revocation/revocations';
import { Metrics } from '../metrics/metrics.service.js';
import { reasonOf } from '../config/reason-of.js';
import { addCanaryMetrics, type CanaryStatistics } from './canary-metrics.js';

const EVERY_MS = 60_000;
const FAREWELL_MS = 2000;
const LIFE_SECONDS = 600;
const WORKSPACE = 'Latchkey canary';
const ACTOR = Principal.system('canary');

/**
 * Tries out what is promised: makes a key, has every instance remember it, deletes it, and asks every instance whether it
 * refuses it now.
 */
@Injectable()
export class Canary implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Canary.name);
  private readonly statistics: CanaryStatistics = { runs: 0, failures: 0, secondsToRefusal: undefined };
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly workspaces: WorkspacesService,
    private readonly apiKeys: ApiKeysService,
    private readonly revocations: Revocations,
    metrics: Metrics,
  ) {
    metrics.add((registry) => addCanaryMetrics(registry, () => this.statistics));
  }

  /** Runs now, and then every minute. */
  start(): void {
    const run = (): void => {
      this.running = this.run();
    };
    this.timer ??= setInterval(run, EVERY_MS).unref();
    run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await Promise.race([this.running, delay(FAREWELL_MS, undefined, { ref: false })]);
  }

  /** Runs once. What cannot be tried out, because the store is unavailable or an instance is too slow, is no failure. */
  async run(): Promise<void> {
    try {
      await this.tryOut(ACTOR.in(await this.workspaceId()));
    } catch (error) {
      this.logger.warn({ message: 'The canary could not be run.', error: reasonOf(error) });
    }
  }

  private async tryOut(actor: Principal): Promise<void> {
    const { key } = await this.apiKeys.create(actor, {
      keyName: `Canary ${newId()}`,
      permissions: ['apikeys:view'],
      expiresInSeconds: LIFE_SECONDS,
    });
    const before = await this.revocations.inspect(key.id);
    const beginning = performance.now();
    await this.apiKeys.delete(actor, key.id, {});
    const after = await this.revocations.inspect(key.id);
    const seconds = (performance.now() - beginning) / 1000;
    if (after.accepted > 0) {
      this.statistics.runs += 1;
      this.statistics.failures += 1;
      this.logger.error({ message: 'A deleted key is still accepted.', keyId: key.id, ...after });
      return;
    }
    if (before.refused + before.silent + after.silent > 0) {
      this.logger.warn({ message: 'The canary is undecided: not every instance has answered.', before, after });
      return;
    }
    this.statistics.runs += 1;
    this.statistics.secondsToRefusal = seconds;
  }

  private async workspaceId(): Promise<string> {
    return (await this.workspaces.idOf(WORKSPACE)) ?? (await this.workspaces.create(ACTOR, { name: WORKSPACE })).id;
  }
}
