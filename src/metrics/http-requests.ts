import { Injectable } from '@nestjs/common';
import type { Distribution } from './readings.js';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The requests to one route by one method. */
interface RouteRequests extends Distribution {
  method: string;
  route: string;
  counts: number[];
  statuses: Map<number, number>;
}

/** Counts the answered requests, and how long they took. Each costs some look-ups and additions, and allocates nothing. */
@Injectable()
export class HttpRequests {
  private readonly methods = new Map<string, Map<string, RouteRequests>>();

  /** @param route the pattern, never what a caller wrote; empty if there is no such route */
  count(method: string, route: string, status: number, milliseconds: number): void {
    const requests = this.methods.get(method)?.get(route) ?? this.add(method, route);
    const seconds = milliseconds / 1000;
    let bucket = 0;
    while (bucket < SECONDS.length && seconds > (SECONDS[bucket] ?? Infinity)) bucket += 1;
    requests.counts[bucket] = (requests.counts[bucket] ?? 0) + 1;
    requests.sum += seconds;
    requests.statuses.set(status, (requests.statuses.get(status) ?? 0) + 1);
  }

  /** Everything counted so far. */
  get all(): readonly Readonly<RouteRequests>[] {
    return [...this.methods.values()].flatMap((routes) => [...routes.values()]);
  }

  private add(method: string, route: string): RouteRequests {
    const requests = {
      method,
      route,
      statuses: new Map<number, number>(),
      bounds: SECONDS,
      counts: Array.from({ length: SECONDS.length + 1 }, () => 0),
      sum: 0,
    };
    const routes = this.methods.get(method) ?? new Map<string, RouteRequests>();
    this.methods.set(method, routes.set(route, requests));
    return requests;
  }
}
