/** SQL, with its parameters where they stand in it. */
export type Sql = readonly (string | { readonly value: unknown })[];

/** The text of a statement, with `$1`, `$2` … where its parameters stand, and these. */
export function toStatement(sql: Sql): [text: string, values: unknown[]] {
  const values: unknown[] = [];
  const texts = sql.map((part) => (typeof part === 'string' ? part : `$${values.push(part.value)}`));
  return [texts.join(''), values];
}

export function unionOf(selects: readonly Sql[]): Sql {
  return selects.flatMap((select, at) => (at === 0 ? select : [' UNION ALL ', ...select]));
}
