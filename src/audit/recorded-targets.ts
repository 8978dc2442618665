import { Injectable } from '@nestjs/common';
import { searchedId } from '../input/search-bounds.js';
import { Database } from '../database/database.js';
import { toStatement, type Sql } from '../database/sql.js';
import { KnownTargets, type CountedTarget } from '../refused-attempts/known-targets.js';

const MOST_A_STATEMENT = 500;

/** What a workspace has or had, by its trail: the first that was done to each thing is found by one step in an index. */
@Injectable()
export class RecordedTargets extends KnownTargets {
  constructor(private readonly database: Database) {
    super();
  }

  async find<Wanted extends CountedTarget>(targets: readonly Wanted[]): Promise<Set<Wanted>> {
    const found = new Set<Wanted>();
    for (const isAnywhere of [false, true]) {
      const wanted = targets.filter(({ workspaceId }) => (workspaceId === null) === isAnywhere);
      for (let at = 0; at < wanted.length; at += MOST_A_STATEMENT) {
        for (const one of await this.findSome(wanted.slice(at, at + MOST_A_STATEMENT), isAnywhere)) found.add(one);
      }
    }
    return found;
  }

  private async findSome<Wanted extends CountedTarget>(
    wanted: readonly Wanted[],
    isAnywhere: boolean,
  ): Promise<Wanted[]> {
    const rows = wanted.flatMap(({ workspaceId, id }, place): Sql => [
      `${place === 0 ? '' : ', '}(${place}, `,
      { value: workspaceId ?? '' },
      ', ',
      { value: searchedId(id) },
      ')',
    ]);
    const [text, values] = toStatement([
      'WITH wanted (place, workspace_id, target_id) AS (VALUES ',
      ...rows,
      `) SELECT place, payload FROM (SELECT place, (SELECT event.payload FROM latchkey_audit_events AS event
         WHERE event.target_id = wanted.target_id AND event.outcome = 'success'
         ${isAnywhere ? '' : 'AND event.workspace_id = wanted.workspace_id'}
         ORDER BY event.occurred_date, event.id LIMIT 1) AS payload FROM wanted) AS first WHERE payload IS NOT NULL`,
    ]);
    const found = await this.database.query<{ place: number; payload: string }>(text, values);
    return found.flatMap(({ place, payload }) => {
      const one = wanted[place];
      return one && typeOfTarget(payload) === one.type ? [one] : [];
    });
  }
}

/** An id of one type is none of another: else each id that exists would stand for several. */
function typeOfTarget(payload: string): string | undefined {
  return (JSON.parse(payload) as { targets: { type: string }[] }).targets[0]?.type;
}
