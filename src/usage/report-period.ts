import { DAY, HOUR, MINUTE } from './store/usage-count.entity.js';

export const KEPT_DAYS = 90;
/** For how long minutes are told apart. */
export const MINUTES_KEPT_DAYS = 7;

const MINUTE_MS = 60_000;
const LONGEST_IN_MINUTES = 3 * HOUR;
const LONGEST_IN_HOURS = 7 * DAY;

/** What a report covers, in whole units of time: minutes since 1970. */
export interface ReportPeriod {
  unit: number;
  from: number;
  /** Not included. */
  to: number;
}

/**
 * The whole minutes, hours or days in which a time lies: minutes for up to three hours that began at most seven days ago,
 * hours for up to seven days, else days.
 *
 * @param from milliseconds since 1970
 * @param to not before `from`
 */
export function periodOf(from: number, to: number, now: number): ReportPeriod {
  const [first, end, today] = [from, to, now].map((date) => date / MINUTE_MS) as [number, number, number];
  const oldest = startOf(today - KEPT_DAYS * DAY, DAY);
  const unit = unitOf(end - first, first >= today - MINUTES_KEPT_DAYS * DAY);
  const begin = Math.max(startOf(first, unit), oldest);
  return { unit, from: begin, to: Math.max(-startOf(-end, unit), begin) };
}

function unitOf(minutes: number, isRecent: boolean): number {
  if (minutes <= LONGEST_IN_MINUTES && isRecent) return MINUTE;
  return minutes <= LONGEST_IN_HOURS ? HOUR : DAY;
}

function startOf(minute: number, unit: number): number {
  return Math.floor(minute / unit) * unit;
}
