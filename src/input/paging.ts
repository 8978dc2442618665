import { isId } from '../kernel/ids.js';
import { RequestInvalidError } from './errors.js';
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

/** A request target that names a host (RFC 9112 §3.2.2), which a caller can choose. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i;

/** The `Link` header of RFC 8288 for a numbered page; other query parameters are kept. Which page is the last may not be known. */
export function pageLinks(target: string, page: number, limit: number, { total, totalRelation }: Total): string {
  const [path = '', ...query] = target.replace(ORIGIN, '').split('?');
  const last = Math.max(1, Math.ceil(total / limit));
  const targets: Record<string, number | undefined> = {
    first: 1,
    prev: page > 1 ? Math.min(page - 1, last) : undefined,
    next: page < last ? page + 1 : undefined,
    last: totalRelation === undefined ? last : undefined,
  };
  return Object.entries(targets)
    .filter(([, target]) => target !== undefined)
    .map(([rel, target]) => {
      const parameters = new URLSearchParams(query.join('?'));
      parameters.set('page', String(target));
      parameters.set('limit', String(limit));
      return `<${path}?${parameters.toString()}>; rel="${rel}"`;
    })
    .join(', ');
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
