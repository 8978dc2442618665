import { isId } from './ids.js';
import { RequestInvalidError } from './latchkey-error.js';

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

/** The `Link` header of RFC 8288 for a numbered page; other query parameters are kept. Which page is the last may not be known. */
export function pageLinks(url: string, page: number, limit: number, { total, totalRelation }: Total): string {
  const [path, query = ''] = url.split('?', 2);
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
      const parameters = new URLSearchParams(query);
      parameters.set('page', String(target));
      parameters.set('limit', String(limit));
      return `<${path}?${parameters.toString()}>; rel="${rel}"`;
    })
    .join(', ');
}

/** An opaque cursor that continues after the record with this id. */
export function encodeCursor(id: string): string {
  return Buffer.from(`1.${id}`).toString('base64url');
}

/** @throws {RequestInvalidError} if the text is not a cursor made by {@link encodeCursor}. */
export function decodeCursor(cursor: string): string {
  const [version, id] = Buffer.from(cursor, 'base64url').toString().split('.', 2);
  if (version !== '1' || !isId(id) || encodeCursor(id) !== cursor) {
    throw new RequestInvalidError([
      { field: 'cursor', message: 'cursor must be a nextCursor of an earlier answer, unchanged.' },
    ]);
  }
  return id;
}
