/** What bounds the use of a key, in plain terms: when, from which of four places, and how often. */
export interface Bounds {
  ends: number;
  from: ReadonlySet<Place>;
  rate: number;
  burst: number;
}

/** In 10.1.0.0/16, elsewhere in 10.0.0.0/8, in 192.0.2.0/24, and everywhere else. */
type Place = 'near' | 'ten' | 'far' | 'out';

const ANYWHERE: ReadonlySet<Place> = new Set(['near', 'ten', 'far', 'out']);

/** Where keys are used from: near. */
export const ADDRESS = '10.1.2.3';

export const ENDS = [null, '2040-01-01T00:00:00.000Z', '2050-01-01T00:00:00.000Z'] as const;

export const RANGES: readonly (readonly [ranges: string[], places: ReadonlySet<Place>])[] = [
  [[], ANYWHERE],
  [['10.0.0.0/8'], new Set(['near', 'ten'] as const)],
  [['10.128.0.0/9', '10.0.0.0/9'], new Set(['near', 'ten'] as const)],
  [['::ffff:10.1.0.0/112'], new Set(['near'] as const)],
  [['10.1.0.0/16', '192.0.2.0/24'], new Set(['near', 'far'] as const)],
  [['192.0.2.0/24'], new Set(['far'] as const)],
];

export const RATES = [
  null,
  { limit: 1_000_000, windowSeconds: 60 },
  { limit: 1_000_000, windowSeconds: 600 },
  { limit: 2_000_000, windowSeconds: 3600 },
] as const;

/** The settings of a key, by their place in the lists above. */
export interface Restricting {
  ends: number;
  from: number;
  rate: number;
}

export const FREE: Restricting = { ends: 0, from: 0, rate: 0 };

export function boundsOf({ ends, from, rate }: Restricting): Bounds {
  const [date, limit] = [ENDS[ends] ?? null, RATES[rate] ?? null];
  return {
    ends: date === null ? Infinity : Date.parse(date),
    from: RANGES[from]![1],
    rate: limit === null ? Infinity : limit.limit / limit.windowSeconds,
    burst: limit?.limit ?? Infinity,
  };
}

/** Whether something is possible with the one that is not with the other. */
export function exceeds(one: Restricting, other: Restricting): boolean {
  const [mine, theirs] = [boundsOf(one), boundsOf(other)];
  const further = [...mine.from].some((place) => !theirs.from.has(place));
  return mine.ends > theirs.ends || further || mine.rate > theirs.rate || mine.burst > theirs.burst;
}

export function settingsOf({ ends, from, rate }: Partial<Restricting>) {
  return {
    ...(ends !== undefined && { expirationDate: ENDS[ends] }),
    ...(from !== undefined && { allowedIps: RANGES[from]![0] }),
    ...(rate !== undefined && { rateLimit: RATES[rate] }),
  };
}
