import { setTimeout } from 'node:timers/promises';
import { CommandLine, type Outcome } from '../../support/command-line.js';
import type { Random } from '../random.js';
import type { Exchange } from './caller.js';
import type { Cluster } from './cluster.js';
import type { Facet } from './history.js';
import type { Instance } from './instance.js';
import type { Recorder } from './recorder.js';

const TIMEOUT_MS = 6000;
const RETRY_MS = 50;
const TROUBLE_SOUGHT = 0.05;
/** What the command line says when it may have been carried out, or the database could not be reached. */
const NOT_ACKNOWLEDGED = /^(store\.(unavailable|outcome_unknown)|revocation\.unconfirmed|command\.failed)$/;

export interface Command {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
  workspaceId?: string;
  /** Of a person, who sends it instead of the operator. */
  token?: string;
}

/** The facets that a command opens or closes. */
export interface Effect {
  opens?: readonly Facet[];
  closes?: readonly Facet[];
}

/** A command that opens or closes facets. */
export interface ChangeCommand extends Command, Effect {
  /** The status that says that nothing was changed: it came too late, or too early. */
  refusedWith?: number;
  /** When it begins to bind by itself, if that is later: not before the one moment, and before the other. */
  binds?: { from: number; by: number };
}

/** Sends commands to the instances, and has what they change recorded. */
export class Commander {
  private readonly commandLine: CommandLine;
  private lastByHand: Promise<unknown> = Promise.resolve();
  private over = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly recorder: Recorder,
    private readonly random: Random,
  ) {
    this.commandLine = new CommandLine({ url: cluster.databaseUrl });
  }

  /** Creates what a test needs before it begins. @throws {Error} if that is refused */
  async create(command: Command): Promise<Record<string, unknown>> {
    const { answer } = await this.send(this.random.pick(this.cluster.instances), command);
    if (answer && answer.status >= 200 && answer.status < 300) return answer.body;
    throw new Error(`${command.method} ${command.path} was answered ${JSON.stringify(answer)}.`);
  }

  /**
   * Sends a change until it is acknowledged: to one instance or to several at once, and where its outcome is unknown to
   * another, and so on.
   *
   * @returns false if it was sent more than once: each may still be carried out, at any time
   */
  async carryOut(
    makeChange: () => ChangeCommand,
    targets = this.anyInstance(),
    isRepetition = targets.length > 1,
  ): Promise<boolean> {
    for (let next = targets; ; isRepetition = true) {
      const acknowledged = await Promise.all(
        next.map((instance) => this.attempt(makeChange(), instance, isRepetition)),
      );
      if (acknowledged.includes(true)) return !isRepetition;
      await setTimeout(RETRY_MS);
      next = this.anyInstance(next);
    }
  }

  /**
   * Has the command line make a change, which goes to the database and no instance, until it is acknowledged.
   *
   * @returns what it printed, and whether it was sent once; otherwise each may still be carried out, at any time
   */
  async carryOutByHand(
    args: readonly string[],
    effect: Effect = {},
  ): Promise<{ printed: Record<string, unknown>; isCertain: boolean }> {
    for (let isRepetition = false; ; isRepetition = true) {
      this.assertGoingOn();
      const what = `latchkey ${args.join(' ')}`;
      const noted = this.recorder.begun(what, effect);
      const { code, stdout, stderr, end } = await this.runByHand(args);
      const printed = JSON.parse(code === 0 ? stdout : stderr) as Record<string, unknown>;
      const refusal = code === 0 ? '' : String(printed['code']);
      if (!NOT_ACKNOWLEDGED.test(refusal)) {
        const gone = isRepetition && refusal.endsWith('.not_found');
        if (refusal !== '' && !gone) this.recorder.blame(`${what} ended with ${code}: ${stderr}`);
        noted.end = end;
        return { printed, isCertain: !isRepetition };
      }
      this.recorder.unknown += 1;
      await setTimeout(RETRY_MS);
    }
  }

  /** One instance that is none of these, and seldom one that is in trouble, as behind a balancer that looks. */
  private anyInstance(but: readonly Instance[] = []): Instance[] {
    const others = this.cluster.instances.filter((instance) => !but.includes(instance));
    const well = others.filter((instance) => !instance.troubled);
    return [this.random.pick(well.length > 0 && !this.random.chance(TROUBLE_SOUGHT) ? well : others)];
  }

  /** One at a time: each takes this process for itself for a while. */
  private runByHand(args: readonly string[]): Promise<Outcome & { end: number }> {
    const run = async () => {
      const outcome = await this.commandLine.run(...args, '--json');
      return { ...outcome, end: performance.now() };
    };
    const next = this.lastByHand.then(run);
    this.lastByHand = next.catch(() => undefined);
    return next;
  }

  /** Sends a change to one instance. @returns whether it is acknowledged */
  async attempt(change: ChangeCommand, instance: Instance, isRepetition = false): Promise<boolean> {
    this.assertGoingOn();
    const { method, path, body = {}, binds, refusedWith } = change;
    const what = `${method} ${path} ${JSON.stringify(body)} at ${instance.name}`;
    const noted = this.recorder.begun(what, change);
    if (binds) noted.start = Math.max(noted.start, binds.from);
    const { end, answer } = await this.send(instance, change);
    if (answer === undefined || answer.status === 408 || answer.status === 503) {
      this.recorder.unknown += 1;
      return false;
    }
    if (answer.status === refusedWith) {
      this.recorder.withdraw(noted);
      return false;
    }
    // Gone already: by the command that this repeats, or by a rival.
    const gone = method === 'DELETE' && answer.status === 404 && isRepetition;
    if (answer.status !== 200 && !gone) this.recorder.blame(`${what} was answered ${JSON.stringify(answer)}.`);
    noted.end = binds ? Math.max(end, binds.by) : end;
    return true;
  }

  /** Gives up what is not acknowledged yet. */
  end(): void {
    this.over = true;
  }

  private assertGoingOn(): void {
    if (this.over) throw new Error('The end came before this was acknowledged.');
  }

  private send(instance: Instance, { method, path, body, workspaceId, token }: Command): Promise<Exchange> {
    const headers = {
      authorization: `Bearer ${token ?? this.cluster.operatorKey}`,
      ...(workspaceId !== undefined && { 'x-workspace-id': workspaceId }),
    };
    return instance.caller.ask({ method, path, headers, body, timeoutMs: TIMEOUT_MS });
  }
}
