/** Who uses a key, as they say themselves. */
export interface Caller {
  readonly application?: string | null | undefined;
  readonly ip?: string | null | undefined;
  readonly userAgent?: string | null | undefined;
}

/** A use of a key that was accepted and counted, for what the guards find out of it next. */
export interface KeyUse {
  /** Counts that the key had permissions that it was asked for. */
  grant(permissions: readonly string[]): void;

  /** Counts the use as refused after all: for a permission that the key does not have. */
  deny(): void;

  /** Counts the use as refused after all, by the rate limit of the key. */
  limit(): void;

  /** Counts it no more: it is a part of one that is counted. */
  takeBack(): void;
}
