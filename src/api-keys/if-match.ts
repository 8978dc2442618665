/** The ETag of a version of a key (RFC 9110 §8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** Tells whether an `If-Match` header holds for this version: `*`, or a list with its ETag. Absent, it always holds. */
export function matches(ifMatch: string | undefined, version: number): boolean {
  // The code of a host may have the number at hand.
  if (ifMatch !== undefined && typeof ifMatch !== 'string')
    throw new TypeError('ifMatch must be an ETag, such as "1".');
  if (ifMatch === undefined || ifMatch.trim() === '*') return true;
  return ifMatch.split(',').some((etag) => etag.trim() === etagOf(version));
}
