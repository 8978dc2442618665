import { setTimeout } from 'node:timers/promises';
import type { Random } from '../random.js';
import { seenByMe, seenByVerify, type Seen } from './answers.js';
import type { Exchange, Question } from './caller.js';
import type { Cluster } from './cluster.js';
import type { Instance } from './instance.js';
import type { Recorder } from './recorder.js';
import { ADDRESS, type TestedKey } from './tested-key.js';

/** Longer than any instance is paused: what was asked of it meanwhile is answered once it goes on. */
const TIMEOUT_MS = 25_000;
/** So many requests at most wait for an instance. */
const MOST_WAITING = 64;
const SOON_MS = 500;
const RECENT = 300;
const RETRY_MS = 20;
const MOST_BETWEEN_MS = 10;

/** Asks the instances whether keys are acceptable, and has what they say recorded. */
export class Examiner {
  /** By workspace, a key that may verify the others there; where there is none the operator does all of it. */
  private readonly verifiers = new Map<string, TestedKey>();
  private readonly recent: TestedKey[] = [];
  private readonly bystanders: TestedKey[] = [];
  private over = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly recorder: Recorder,
    private readonly random: Random,
  ) {}

  /** Verifies on an instance all the time, one key after the other, until {@link end}. */
  async keepAsking(instance: Instance): Promise<void> {
    while (!this.over) {
      const among = this.recent.length > 0 && this.random.chance(0.7) ? this.recent : this.bystanders;
      const answered = await this.ask(this.random.pick(among), instance);
      // An instance that is down says so at once: asking it would be all that this process does.
      await setTimeout(answered ? this.random.below(MOST_BETWEEN_MS) : RETRY_MS);
    }
  }

  /** Verifies a key at every instance. Resolves when those have answered that do so soon. */
  async askEverywhere(key: TestedKey): Promise<void> {
    const reachable = this.cluster.instances.filter(({ caller }) => caller.waiting < MOST_WAITING);
    const asked = Promise.all(reachable.map((instance) => this.ask(key, instance)));
    await Promise.race([asked, setTimeout(SOON_MS, undefined, { ref: false })]);
  }

  /** Verifies a key at an instance, in one of the ways that there are. @returns whether it was answered, and not with 503 */
  async ask(key: TestedKey, instance: Instance): Promise<boolean> {
    if (key.belongsToOperator || this.random.chance(0.25)) return this.askMe(key, instance);
    const asked = this.random.chance(0.5) ? [] : [this.random.pick([...key.permissions.keys()])];
    return this.askVerify(key, asked, instance);
  }

  /** From now on this key is asked about often. */
  attend(key: TestedKey): void {
    this.recent.push(key);
    if (this.recent.length > RECENT) this.recent.shift();
  }

  /** A key that verifies the others of its workspace from now on. */
  employ(verifier: TestedKey): void {
    this.verifiers.set(verifier.workspaceId, verifier);
  }

  /** Keys that nothing happens to, and that are to be accepted all the time. */
  watch(keys: readonly TestedKey[]): void {
    this.bystanders.push(...keys);
  }

  end(): void {
    this.over = true;
  }

  private askMe(key: TestedKey, instance: Instance): Promise<boolean> {
    const question = { method: 'GET', path: '/me', headers: { authorization: `Bearer ${key.secret}` } };
    return this.record(`GET /me as ${key.id}`, instance, question, (answer) => seenByMe(key, answer));
  }

  private askVerify(key: TestedKey, asked: readonly string[], instance: Instance): Promise<boolean> {
    // The operator's workspace is looked up each time; what a key asks is answered from memory alone.
    const verifier = this.random.chance(0.8) ? this.verifiers.get(key.workspaceId) : undefined;
    const headers: Record<string, string> = verifier
      ? { authorization: `Bearer ${verifier.secret}` }
      : { authorization: `Bearer ${this.cluster.operatorKey}`, 'x-workspace-id': key.workspaceId };
    const permissions = asked.length > 0 ? { permissions: asked } : {};
    const question = {
      method: 'POST',
      path: '/verify',
      headers,
      body: { apiKey: key.secret, ip: ADDRESS, ...permissions },
    };
    const what = `POST /verify of ${key.id} for [${asked.join(', ')}]`;
    return this.record(what, instance, question, (answer) => seenByVerify(key, asked, answer));
  }

  private async record(
    what: string,
    instance: Instance,
    question: Omit<Question, 'timeoutMs'>,
    read: (answer: NonNullable<Exchange['answer']>) => Seen | undefined,
  ): Promise<boolean> {
    const { start, end, answer } = await instance.caller.ask({ ...question, timeoutMs: TIMEOUT_MS });
    try {
      const seen = answer && read(answer);
      if (seen) this.recorder.verifications.push({ what: `${what} at ${instance.name}`, start, end, ...seen });
      else this.recorder.unanswered += 1;
      return seen !== undefined;
    } catch (error) {
      this.recorder.blame(`${what} at ${instance.name}: ${String(error)}`);
      return true;
    }
  }
}
