/** A line of the product that is broken on purpose, to see that the simulation notices. */
export interface PlantedFault {
  name: string;
  file: string;
  line: string;
  broken: string;
  /** Which simulation is to notice: of instances on PostgreSQL, or of processes on a SQLite file. */
  on: 'instances' | 'file';
  /** Of a world of 500 deletions in which it is noticed, for those who have little time. */
  seed: number;
}

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    name: 'no wait for acknowledgements',
    file: 'revocation/leased-revocations.ts',
    line: 'const isComplete = await this.acknowledgements.of(message.number, timesMs);',
    broken: 'const isComplete = timesMs.size >= 0;',
    on: 'instances',
    seed: 1,
  },
  {
    name: 'no reading of the log with a renewal',
    file: 'revocation/instances/instance-session.ts',
    line: 'for (const eviction of await this.log.read()) this.events.onMissed(eviction);',
    broken: 'await this.log.read();',
    on: 'instances',
    seed: 1002,
  },
  {
    name: 'no read-back of the renewal through the pool',
    file: 'revocation/instances/instance-session.ts',
    line: 'if (seen.renewals !== this.renewals) throw new ElsewhereError();',
    broken: '',
    on: 'instances',
    seed: 3003,
  },
  {
    name: 'a lease that is counted from the answer',
    file: 'revocation/instances/lease.ts',
    line: 'this.sentAt = at;\n    this.sentDate = date;',
    broken: 'this.sentAt = this.time.monotonic();\n    this.sentDate = this.time.date();',
    on: 'instances',
    seed: 1004,
  },
  {
    name: 'no look at what was revoked during a look-up',
    file: 'verification/key-cache.ts',
    line: 'if (fill.isLate(key)) return;',
    broken: '',
    on: 'instances',
    seed: 1,
  },
  {
    name: 'a log that is swept too early',
    file: 'revocation/revocation-log.ts',
    line: 'export const KEPT_LEASES = 10;',
    broken: 'export const KEPT_LEASES = 0;',
    on: 'instances',
    seed: 2005,
  },
  {
    name: 'a wait of 5 ms where the list of instances cannot be read',
    file: 'revocation/leased-revocations.ts',
    line: 'const passedMs = this.time.monotonic() - beginning;\n        if (passedMs + pauseMs',
    broken:
      "const passedMs = this.time.monotonic() - beginning;\n        if (passedMs >= 0) return new Map([['unknown', 5]]);\n        if (passedMs + pauseMs",
    on: 'instances',
    seed: 2003,
  },
  {
    name: 'an allowance of one per cent for clocks that are slewed',
    file: 'revocation/instances/lease-watch.ts',
    line: 'const DRIFT = 1.25;',
    broken: 'const DRIFT = 1.01;',
    on: 'instances',
    seed: 1003,
  },
  {
    name: 'no wait for the process that served before',
    file: 'revocation/sqlite/sqlite-revocations.ts',
    line: 'await this.lease.waitForOthers();',
    broken: '',
    on: 'file',
    seed: 4,
  },
  {
    name: 'a memory that is kept where another process had the row',
    file: 'revocation/sqlite/serving-lease.ts',
    line: 'this.onLost();',
    broken: '',
    on: 'file',
    seed: 4,
  },
  {
    name: 'a row that is put without a look at whose it is',
    file: 'revocation/sqlite/serving-lease.ts',
    line: 'othersMs: found ? LAPSE_MS : 0',
    broken: 'othersMs: 0',
    on: 'file',
    seed: 3,
  },
  {
    name: 'a row that is put only as the process starts',
    file: 'revocation/sqlite/sqlite-revocations.ts',
    line: 'const taken = await this.lease.take(',
    broken: 'const take = (..._: unknown[]) => undefined as Taken | undefined;\n    const taken = take(',
    on: 'file',
    seed: 1,
  },
];
