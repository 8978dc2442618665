/**
 * Whoever shares a row on PostgreSQL is let in ahead of one who waits to change it, so that a stream of sharers keeps that
 * one waiting for ever. Advisory locks are given in the order in which they were asked for: taken ahead of the rows, they
 * are the queue for them. They keep nothing safe: the rows do.
 *
 * Everybody queues in one order: the workspace, which who deletes it has alone and all others share, their turn in it, the
 * actor, what is changed, roles.
 */

/** SQL that queues among those who share what has an id. @param id SQL of text */
export function queueToShare(id: string): string {
  return `pg_advisory_xact_lock_shared(hashtextextended(${id}, 0))`;
}

/** SQL that queues for what has an id alone. @param id SQL of text */
export function queueToChange(id: string): string {
  return `pg_advisory_xact_lock(hashtextextended(${id}, 0))`;
}
