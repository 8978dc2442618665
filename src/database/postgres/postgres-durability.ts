const DURABLE = {
  fsync: ['on'],
  full_page_writes: ['on'],
  synchronous_commit: ['on', 'remote_apply'],
} as const;

/** What decides whether an acknowledged change survives a power cut, by the names of the settings. */
export type Durability = Record<keyof typeof DURABLE, string>;

/** The columns of a {@link Durability}, for a `SELECT`. */
export const SHOW_DURABILITY = Object.keys(DURABLE)
  .map((setting) => `current_setting('${setting}') AS ${setting}`)
  .join(', ');

/** @returns which setting would let a power cut undo what was acknowledged, and what to set; undefined if none would. */
export function weaknessOf(durability: Durability): string | undefined {
  for (const [setting, durable] of Object.entries<readonly string[]>(DURABLE)) {
    const value = durability[setting as keyof Durability];
    if (durable.includes(value)) continue;
    return (
      `PostgreSQL runs with ${setting} = ${value}: an acknowledged change could be lost in a power cut. ` +
      `Set ${setting} = ${durable.join(' or ')}.`
    );
  }
  return undefined;
}
