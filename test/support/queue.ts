import { UnitOfWork } from '../../src/events/unit-of-work.js';
import type { Answer } from './client.js';
import { eventually } from './eventually.js';
import type { RunningService } from './service.js';
import { withSql } from './sql.js';
import { holdLock, LOCK_HOLDER } from './write-lock.js';

export type Call = () => PromiseLike<Answer>;

// Below the time that a session waits for the lock of SQLite.
const WITHIN_MS = 4000;

/**
 * Runs calls that overlap for certain, in an order that is certain: starts each once the one before stands still in its
 * transaction, and lets them go once all do.
 *
 * On PostgreSQL the first stands still where it needs what `held` locks, and each of the others there or at a lock that
 * one before it has. On SQLite each stands still where its transaction begins.
 *
 * @throws {Error} if a call does not wait.
 */
export async function queue(service: RunningService, held: string, calls: readonly Call[]): Promise<Answer[]> {
  const waiters = waitersOf(service);
  const release = await holdLock(service.store, held);
  const answers: PromiseLike<Answer>[] = [];
  try {
    for (const call of calls) {
      const answer = call();
      answers.push(answer);
      const all = async () => (await waiters.count()) === answers.length || undefined;
      await Promise.race([answer.then(mustWait), eventually(`${answers.length} calls wait`, all, WITHIN_MS)]);
    }
  } finally {
    await release();
    waiters.end();
    // Also after a failure: a request in flight would keep the service from stopping.
    await Promise.allSettled(answers);
  }
  return Promise.all(answers);
}

function mustWait({ status, text }: Answer): never {
  throw new Error(`A call did not wait, but answered ${status}: ${text}`);
}

interface Waiters {
  count: () => Promise<number> | number;
  end: () => void;
}

function waitersOf({ app, store }: RunningService): Waiters {
  if (store.kind === 'sqlite') return countUnits(app.get(UnitOfWork, { strict: false }));
  return { count: () => withSql(store, countSessions), end: () => undefined };
}

// Also those that wait for one who waits. The service's own writing down of uses is nobody's call.
const WAITING = `WITH RECURSIVE held(pid) AS (
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = '${LOCK_HOLDER}'
    UNION
    SELECT waiting.pid FROM held, pg_stat_activity waiting WHERE held.pid = ANY (pg_blocking_pids(waiting.pid))
  )
  SELECT pid FROM held JOIN pg_stat_activity USING (pid)
  WHERE application_name <> '${LOCK_HOLDER}' AND query NOT LIKE '%last_used_date = %'`;

async function countSessions(query: (statement: string) => Promise<unknown[]>): Promise<number> {
  return (await query(WAITING)).length;
}

/** SQLite does not tell who waits: all who have begun do, for none gets the lock. */
function countUnits(unitOfWork: UnitOfWork): Waiters {
  const run = unitOfWork.run.bind(unitOfWork);
  let begun = 0;
  unitOfWork.run = (...unit) => {
    begun += 1;
    return run(...unit);
  };
  return { count: () => begun, end: () => void Reflect.deleteProperty(unitOfWork, 'run') };
}
