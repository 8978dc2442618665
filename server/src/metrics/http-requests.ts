import { Injectable } from '@nestjs/common';
import { Histogram } from 'latchkey/internal/kernel/histogram';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The requests to one route by one method. */
interface RouteRequests {
  method: string;
  route: string;
  statuses: Map<number, number>;
  /** In seconds. */
  durations: Histogram;
}

/** Counts the answered requests, and how long they took. Each costs some look-ups and additions. */
@Injectable()
export class HttpRequests {
  private readonly methods = new Map<string, Map<string, RouteRequests>>();

  /** @param route the pattern, never what a caller wrote; empty if there is no such route */
  count(method: string, route: string, status: number, milliseconds: number): void {
    const { durations, statuses } = this.methods.get(method)?.get(route) ?? this.add(method, route);
    durations.observe(milliseconds / 1000);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }

  /** Everything counted so far. */
  get all(): readonly Readonly<RouteRequests>[] {
    return [...this.methods.values()].flatMap((routes) => [...routes.values()]);
  }

  private add(method: string, route: string): RouteRequests {
    const requests = { method, route, statuses: new Map<number, number>(), durations: new Histogram(SECONDS) };
    const routes = this.methods.get(method) ?? new Map<string, RouteRequests>();
    this.methods.set(method, routes.set(route, requests));
    return requests;
  }
}
