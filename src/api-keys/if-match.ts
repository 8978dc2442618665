import { RequestInvalidError } from '../input/errors.js';

// An entity tag, weak or strong.
const ETAG = /(?:W\/)?"[^"\s]*"/g;

/** The ETag of a version of a key (RFC 9110 §8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** The ETag of a report of a key's usage, by how often it had been used. */
const REVIEWED = /^"u(\d{1,19})"$/;

export function etagOfReview(uses: string): string {
  return `"u${uses}"`;
}

/** How often the key had been used by the reports whose ETags an `If-Match` has; none, if it has no such ETags. */
export function reviewedUsesIn(ifMatch: string | undefined): string[] {
  return (ifMatch?.split(',') ?? []).flatMap((etag) => REVIEWED.exec(etag.trim())?.[1] ?? []);
}

/** @throws {RequestInvalidError} for an `If-Match` that is neither `*` nor a list of ETags: it can never have been true. */
export function assertIfMatch(ifMatch: string | undefined): void {
  // The code of a host may have the number at hand.
  if (ifMatch !== undefined && typeof ifMatch !== 'string')
    throw new TypeError('ifMatch must be an ETag, such as "1".');
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const isList = ifMatch
    .replace(ETAG, '"')
    .split(',')
    .every((etag) => etag.trim() === '"');
  if (isList) return;
  const message = 'If-Match must be *, or one or more ETags in quotation marks, such as "1".';
  throw new RequestInvalidError([{ field: 'If-Match', message }]);
}

/** Tells whether an `If-Match` header holds for this version: `*`, or a list with its ETag. Absent, it always holds. */
export function matches(ifMatch: string | undefined, version: number): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true;
  return ifMatch.split(',').some((etag) => etag.trim() === etagOf(version));
}
