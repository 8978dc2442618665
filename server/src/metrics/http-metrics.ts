import type { Registry } from 'prom-client';
import type { HttpRequests } from './http-requests.js';
import { addCounter, addHistogram } from './readings.js';

/** What the requests tell. */
export function addHttpMetrics(registry: Registry, requests: HttpRequests): void {
  addCounter(
    registry,
    {
      name: 'latchkey_http_requests_total',
      help: 'Answered HTTP requests, by the pattern of their route.',
      labelNames: ['method', 'route', 'status'],
    },
    () =>
      requests.all.flatMap(({ method, route, statuses }) =>
        [...statuses].map(([status, value]) => ({
          labels: { ...labelsOf(method, route), status: String(status) },
          value,
        })),
      ),
  );
  addHistogram(
    registry,
    {
      name: 'latchkey_http_request_duration_seconds',
      help: 'Time from the arrival of an HTTP request to the end of its answer.',
    },
    () =>
      requests.all.map(({ method, route, durations }) => ({ labels: labelsOf(method, route), histogram: durations })),
  );
}

// Prometheus takes an empty label for none at all.
function labelsOf(method: string, route: string) {
  return { method, route: route || 'none' };
}
