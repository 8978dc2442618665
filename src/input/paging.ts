import { isId } from '../kernel/ids.js';
import { RequestInvalidError } from './errors.js';
import { DEFAULT_LIMIT, type PageQueryDto } from './page-query.dto.js';
import { isDateTime, toSearchBound } from './search-bounds.js';

/** How many match. */
export interface Total {
  total: number;
  /** Says that there are as many or more; they were not counted further. */
  totalRelation?: 'gte';
}

/** A page of a list with the number of all that match. */
export interface Page<T> extends Total {
  data: T[];
}

/** The rows to skip and to take for a page. */
export function rangeOf({ page = 1, limit = DEFAULT_LIMIT }: PageQueryDto): { skip: number; take: number } {
  return { skip: (page - 1) * limit, take: limit };
}

/** The place of a record in an order by date and id. */
export interface Place {
  date: string;
  id: string;
}

/** An opaque cursor that continues after the record at this place. */
export function encodeCursor({ date, id }: Place): string {
  return Buffer.from(`1.${id}.${date}`).toString('base64url');
}

/** @throws {RequestInvalidError} if the text is not a cursor made by {@link encodeCursor}. */
export function decodeCursor(cursor: string): Place {
  const [version, id, ...rest] = Buffer.from(cursor, 'base64url').toString().split('.');
  const date = rest.join('.');
  if (version !== '1' || !isId(id) || !isStoredDate(date) || encodeCursor({ date, id }) !== cursor) {
    throw new RequestInvalidError([
      { field: 'cursor', message: 'cursor must be a nextCursor of an earlier answer, unchanged.' },
    ]);
  }
  return { date, id };
}

function isStoredDate(text: string): boolean {
  return isDateTime(text) && toSearchBound(text) === text;
}
