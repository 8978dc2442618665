import type { ServerResponse } from 'node:http';

/** How long a service that stops waits for the requests in flight. */
export const DRAIN_MS = 30_000;

/** Knows the requests in flight, so that stopping can wait for them and turn away new ones. */
export class Drain {
  private inFlight = 0;
  private stopping = false;
  private emptied: (() => void) | undefined;

  /** @returns false if the service is stopping: the request must be turned away. */
  enter(response: ServerResponse): boolean {
    if (this.stopping) return false;
    this.inFlight += 1;
    response.on('close', this.leave);
    return true;
  }

  /** Turns away new requests from now on, and resolves when those in flight are answered, or when the time is up. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping = true;
    if (this.inFlight === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.emptied = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
  }

  // One function for all responses: each is closed once.
  private readonly leave = (): void => {
    this.inFlight -= 1;
    if (this.inFlight === 0) this.emptied?.();
  };
}
