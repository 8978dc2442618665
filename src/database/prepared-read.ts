/** A read that is asked so often that a connection prepares it once. To be kept by who asks it: it is known by identity. */
export interface PreparedRead {
  readonly sql: string;
  /** Whether it writes after all, which no standby does. */
  readonly isWrite?: true;
}
