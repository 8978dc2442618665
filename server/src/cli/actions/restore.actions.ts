import {
  ApiKeysService,
  AuditService,
  MembersService,
  OperatorsService,
  type Principal,
  WorkspacesService,
} from 'latchkey';
import { WorkspaceNotFoundError } from 'latchkey/internal/events/errors';
import { LatchkeyError } from 'latchkey/internal/kernel/latchkey-error';
import { ENVIRONMENT } from 'latchkey/internal/operators/operator-name';
import { readEnvironment } from '../../config/environment.js';
import { confirm, countOf, type ConfirmationOption } from '../confirmation.js';
import type { JsonOption } from '../options.js';
import { print, visible } from '../output.js';
import { Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readRestrictions, type Restriction, type TrailRestrictions } from '../trail-restrictions.js';

export interface ReconcileOptions extends JsonOption, ConfirmationOption {
  trail: string;
  dryRun?: true;
}

interface Step extends Restriction {
  /** For people. */
  name: string;
  /** Why it could not be carried out. */
  failure?: string;
}

interface Kind {
  noun: string;
  verb: string;
  past: string;
  /** @returns its name; undefined if there is nothing to do. @throws {LatchkeyError} not_found, the same. */
  find: (session: Session, restriction: Restriction) => Promise<string | undefined>;
  carryOut: (session: Session, restriction: Restriction) => Promise<unknown>;
}

const KINDS: Record<Restriction['what'], Kind> = {
  workspace: {
    noun: 'workspace',
    verb: 'delete',
    past: 'Deleted',
    find: async (session, { id }) => (await session.get(WorkspacesService).get(id)).name,
    carryOut: (session, { id }) => session.get(WorkspacesService).delete(session.actor, id),
  },
  apikey: {
    noun: 'API key',
    verb: 'delete',
    past: 'Deleted',
    find: async (session, restriction) => (await keyOf(session, restriction)).name,
    carryOut: (session, restriction) => {
      const { id, recordId, occurredDate } = restriction;
      const reason = `Deleted on ${occurredDate} (record ${recordId}), and brought back by a restored backup.`;
      return session.get(ApiKeysService).delete(actorOf(session, restriction), id, { reason });
    },
  },
  'disabled apikey': {
    noun: 'API key',
    verb: 'disable',
    past: 'Disabled',
    find: async (session, restriction) => {
      const { enabled, name } = await keyOf(session, restriction);
      return enabled ? name : undefined;
    },
    carryOut: (session, restriction) =>
      session.get(ApiKeysService).update(actorOf(session, restriction), restriction.id, { enabled: false }),
  },
  member: {
    noun: 'member',
    verb: 'remove',
    past: 'Removed',
    find: async (session, restriction) => {
      await session.get(MembersService).get(actorOf(session, restriction), restriction.id);
      return restriction.id;
    },
    carryOut: (session, restriction) =>
      session.get(MembersService).remove(actorOf(session, restriction), restriction.id),
  },
  operator: {
    noun: 'operator',
    verb: 'delete',
    past: 'Deleted',
    // That of the environment is kept in line with it at each start.
    find: async (session, { id }) =>
      (await session.get(OperatorsService).list()).find((one) => one.id === id && one.name !== ENVIRONMENT)?.name,
    carryOut: (session, { id }) => session.get(OperatorsService).delete(session.actor, id),
  },
};

const MOST_LOOKED_FOR = 1000;

/** Makes again what a trail says was made, and the database does not have. What is done already is passed over. */
export async function reconcile(terminal: Terminal, { trail, dryRun, yes, json }: ReconcileOptions): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const { restrictions, others, workspaceIds } = await readRestrictions(trail);
  const steps = await Session.run(environment, async (session) => {
    await assertOfThisDatabase(session, workspaceIds);
    const steps = await stepsOf(session, restrictions);
    if (dryRun || steps.length === 0) return steps;
    await confirm(terminal, { yes }, () => Promise.resolve(lossOf(steps)));
    for (const step of steps) await carryOut(session, step);
    await session.get(WorkspacesService).removed();
    return steps;
  });
  const isDryRun = dryRun === true;
  print(terminal, json ? { dryRun: isDryRun, steps: steps.map(toJson), others } : reportOf(steps, others, isDryRun));
  const failures = steps.flatMap((step) => (step.failure ? [`${nameOf(step)}: ${step.failure}`] : []));
  if (failures.length > 0) throw new Error(`Not all could be made again. ${failures.join(' ')}`);
}

/** @throws {Error} if none of the workspaces that a trail names was ever in the database. */
async function assertOfThisDatabase(session: Session, workspaceIds: ReadonlySet<string>): Promise<void> {
  if (workspaceIds.size === 0) return;
  for (const id of [...workspaceIds].slice(0, MOST_LOOKED_FOR)) {
    if (await hasRecords(session, id)) return;
  }
  throw new Error('The trail is that of another database: this one has no record of any workspace that it names');
}

async function hasRecords(session: Session, workspaceId: string): Promise<boolean> {
  try {
    const { data } = await session.get(AuditService).list(session.actor.in(workspaceId), { limit: 1 });
    return data.length > 0;
  } catch (error) {
    if (error instanceof WorkspaceNotFoundError) return false;
    throw error;
  }
}

/** What is still to be done: what the database has, and the trail says it should not. */
async function stepsOf(session: Session, restrictions: readonly Restriction[]): Promise<Step[]> {
  const steps: Step[] = [];
  for (const restriction of restrictions) {
    const name = await orUndefined(() => KINDS[restriction.what].find(session, restriction));
    if (name !== undefined) steps.push({ ...restriction, name });
  }
  return steps;
}

async function keyOf(session: Session, restriction: Restriction): Promise<{ name: string; enabled: boolean }> {
  return (await session.get(ApiKeysService).get(actorOf(session, restriction), restriction.id)).key;
}

function actorOf({ actor }: Session, { workspaceId }: Restriction): Principal {
  return workspaceId === null ? actor : actor.in(workspaceId);
}

/** What must not be done, such as removing the last admin, keeps nothing else from being done. */
async function carryOut(session: Session, step: Step): Promise<void> {
  try {
    await orUndefined(() => KINDS[step.what].carryOut(session, step));
  } catch (error) {
    if (!(error instanceof LatchkeyError) || !error.isRefusal) throw error;
    step.failure = error.message;
  }
}

/** What is not there needs nothing done. */
async function orUndefined<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof LatchkeyError && error.kind === 'not_found') return undefined;
    throw error;
  }
}

function lossOf(steps: readonly Step[]): string {
  const counts = Object.entries(KINDS).flatMap(([what, { noun, verb }]) => {
    const count = steps.filter((step) => step.what === what).length;
    return count === 0 ? [] : [`${verb} ${countOf(count, noun)}`];
  });
  return `This does again what the trail says was done: ${counts.join(', ')}. --dry-run names them.`;
}

function toJson({ what, id, workspaceId, recordId, occurredDate, failure }: Step): object {
  return { what, id, workspaceId, recordId, occurredDate, failure };
}

function nameOf({ what, id, name }: Step): string {
  return `${KINDS[what].noun} ${visible(id)}${name === id ? '' : `, ${visible(name)}`}`;
}

function reportOf(steps: readonly Step[], others: TrailRestrictions['others'], isDryRun: boolean): string {
  const lines = steps
    .filter(({ failure }) => failure === undefined)
    .map((step) => {
      const { verb, past } = KINDS[step.what];
      return `${isDryRun ? `Would ${verb}` : past} ${nameOf(step)}.`;
    });
  if (steps.length === 0) lines.push('The database has nothing that the trail says is gone.');
  const left = Object.entries(others).map(([action, count]) => `${count} ${visible(action)}`);
  if (left.length > 0) lines.push(`Not made again, look at them by hand: ${left.join(', ')}.`);
  return lines.join('\n');
}
