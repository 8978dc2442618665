import { isId } from '../kernel/ids.js';

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;
const FIRST = '0000-01-01T00:00:00.000Z';
const LAST = '9999-12-31T23:59:59.999Z';
const SHOWN_DIGITS = 3;

/** An id as it is searched for: a UUID in lower case, any other as it is. */
export function searchedId(id: string): string {
  return isId(id) ? id.toLowerCase() : id;
}

/** No date and time is longer, whatever the digits of its second: what is longer is not looked at. */
export const LONGEST_DATE_TIME = 100;

/** Tells whether text is a date and time of RFC 3339, of any year from 0000 to 9999. */
export function isDateTime(text: unknown): text is string {
  return typeof text === 'string' && text.length <= LONGEST_DATE_TIME && partsOf(text) !== undefined;
}

/**
 * The moment that text says, in whole milliseconds since 1970: the last that is not behind it.
 *
 * @returns undefined for what is no date and time, and for a leap second, which no clock here shows.
 */
export function toMoment(text: string): number | undefined {
  const parts = partsOf(text);
  return parts && !parts.isLeapSecond ? parts.milliseconds : undefined;
}

/**
 * The first moment, in whole milliseconds, that is not before the given one, as text that sorts among the dates that are
 * stored. What a time zone carries beyond the years 0000 to 9999 becomes the first or the last of them.
 *
 * @param text a date and time, as {@link isDateTime} tells
 */
export function toSearchBound(text: string): string {
  const parts = partsOf(text);
  const milliseconds = parts ? parts.milliseconds + (parts.isWhole ? 0 : 1) : NaN;
  const [first, last] = [Date.parse(FIRST), Date.parse(LAST)];
  if (milliseconds < first) return FIRST;
  return milliseconds > last ? LAST : new Date(milliseconds).toISOString();
}

interface Parts {
  milliseconds: number;
  /** Whether it says no smaller part of a millisecond. */
  isWhole: boolean;
  isLeapSecond: boolean;
}

function partsOf(text: string): Parts | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = ''] = match;
  const date = new Date(0);
  // Not Date.UTC, which takes the years below 100 for those of the last century.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  // A leap second is the moment after the 59th.
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offsetOf(zone) * 60;
  const shown = Number(fraction.slice(0, SHOWN_DIGITS).padEnd(SHOWN_DIGITS, '0'));
  return {
    milliseconds: date.getTime() + seconds * 1000 + shown,
    isWhole: !/[1-9]/.test(fraction.slice(SHOWN_DIGITS)),
    isLeapSecond: second === '60',
  };
}

/** In minutes. */
function offsetOf(zone: string): number {
  const [hours, minutes] = zone.slice(1).split(':').map(Number);
  const offset = (hours ?? 0) * 60 + (minutes ?? 0);
  return zone.startsWith('-') ? -offset : offset || 0;
}
