import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { eventually } from './eventually.js';

const LOOK_MS = 20;
const PAUSE_MS = 10;

/** Sends every request once, to an instance that was ready at the last look. */
export class RollingLoad {
  readonly failures: string[] = [];
  /** The longest time in which no request was answered. */
  longestGapMs = 0;
  /** How many requests were answered. */
  answers = 0;
  private lastAnswer: number | undefined;
  private readonly ready = new Set<string>();
  private readonly answered = new Map<string, number>();
  private readonly running: Promise<void>[] = [];
  private turn = 0;
  private over = false;

  constructor(private readonly key: string) {}

  /** @returns once the instance gets requests. */
  async include(url: string): Promise<void> {
    this.running.push(this.watch(url));
    await eventually(`${url} answers`, () => this.answered.get(url));
  }

  /** Adds a client that sends one request after the other. */
  addClient(keepAlive: boolean): void {
    this.running.push(this.send(new Agent({ keepAlive, maxSockets: 1 })));
  }

  async stop(): Promise<void> {
    this.over = true;
    await Promise.all(this.running);
  }

  private async watch(url: string): Promise<void> {
    while (!this.over) {
      const isReady = await fetch(`${url}/health/ready`, { headers: { connection: 'close' } }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) this.ready.add(url);
      else this.ready.delete(url);
      await setTimeout(LOOK_MS);
    }
  }

  private async send(agent: Agent): Promise<void> {
    while (!this.over) {
      const urls = [...this.ready];
      const url = urls[(this.turn += 1) % urls.length];
      if (url !== undefined) await this.sendTo(url, agent);
      // The machine has instances to start meanwhile.
      await setTimeout(PAUSE_MS);
    }
    agent.destroy();
  }

  private note(): void {
    const now = performance.now();
    this.longestGapMs = Math.max(this.longestGapMs, now - (this.lastAnswer ?? now));
    this.lastAnswer = now;
    this.answers += 1;
  }

  private sendTo(url: string, agent: Agent): Promise<void> {
    return new Promise((resolve) => {
      const fail = (reason: string): void => {
        this.failures.push(reason);
        resolve();
      };
      const headers = { authorization: `Bearer ${this.key}` };
      const sent = request(`${url}/api/v1/workspace`, { agent, headers }, (answer) => {
        answer.on('error', (error) => fail(`cut: ${error.message}`));
        answer.resume().on('end', () => {
          if (answer.statusCode !== 200) fail(`status ${answer.statusCode}`);
          this.note();
          this.answered.set(url, (this.answered.get(url) ?? 0) + 1);
          resolve();
        });
      });
      sent.on('error', (error) => fail(`lost: ${error.message}`));
      sent.end();
    });
  }
}
