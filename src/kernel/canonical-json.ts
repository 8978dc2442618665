/**
 * The canonical JSON of a value: RFC 8785. Object members sorted by UTF-16 code units, no white space, numbers and
 * strings as ECMAScript writes them. Members whose value is undefined are left out, and what says itself how it is written
 * in JSON, as a date does, is written so.
 *
 * @throws {TypeError} for what JSON cannot say: NaN, infinities, bigints, functions, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return canonicalJson(Reflect.apply(toJSON, value, []));
    let members = '';
    // Sorted by UTF-16 code units, as the standard asks.
    for (const name of Object.keys(value).sort()) {
      const member = (value as Record<string, unknown>)[name];
      if (member !== undefined) members += `${members && ','}${canonicalJson(name)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`JSON has no ${value}.`);
  if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('JSON text must be well-formed Unicode.');
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`JSON has no ${typeof value}.`);
  return text;
}
