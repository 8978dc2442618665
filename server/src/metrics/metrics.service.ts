import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import { KeyVerifier } from 'latchkey';
import { Revocations } from 'latchkey/internal/revocation/revocations';
import { addHttpMetrics } from './http-metrics.js';
import { HttpRequests } from './http-requests.js';
import { addRevocationMetrics } from './revocation-metrics.js';
import { addVerificationMetrics } from './verification-metrics.js';

const KEPT_MS = 1000;

/** The metrics of one process at one moment. */
export type MetricsReport = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The other processes that serve on the same port. */
export interface Peers {
  /** Takes this process's report, and gives those of all others. Bounded in time. */
  exchange(own: MetricsReport): Promise<MetricsReport[]>;
}

/** The metrics of this application, which share nothing with those of another in the same process. */
@Injectable()
export class Metrics implements OnApplicationBootstrap {
  private readonly registry = new Registry();
  private peers: Peers | undefined;
  private latest: { text: Promise<string>; until: number } | undefined;

  constructor(verifier: KeyVerifier, revocations: Revocations, requests: HttpRequests) {
    addVerificationMetrics(this.registry, () => verifier.statistics());
    addRevocationMetrics(this.registry, () => revocations.statistics());
    addHttpMetrics(this.registry, requests);
  }

  onApplicationBootstrap(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Has more metrics added to those of this application. */
  add(addTo: (registry: Registry) => void): void {
    addTo(this.registry);
  }

  /** From now on the text is about all processes that serve on this port, whichever of them is asked. */
  joinWith(peers: Peers): void {
    this.peers = peers;
  }

  /** What this process alone has to tell. */
  report(): Promise<MetricsReport> {
    return this.registry.getMetricsAsJSON();
  }

  /** The metrics in the text format of Prometheus. Callers within a second share one text: it takes long to make. */
  text(): Promise<string> {
    if (this.latest && performance.now() < this.latest.until) return this.latest.text;
    const latest = { text: this.make(), until: Infinity };
    this.latest = latest;
    latest.text.then(
      () => (latest.until = performance.now() + KEPT_MS),
      () => (latest.until = 0),
    );
    return latest.text;
  }

  private async make(): Promise<string> {
    if (!this.peers) return this.registry.metrics();
    const own = await this.report();
    return AggregatorRegistry.aggregate([own, ...(await this.peers.exchange(own))]).metrics();
  }
}
