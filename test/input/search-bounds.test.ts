import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDateTime, searchedId, toSearchBound } from '../../src/input/search-bounds.js';

describe('toSearchBound', () => {
  it.each([
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00+05:00', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59-05:00', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59.9999Z', '9999-12-31T23:59:59.999Z'],
    ['1969-12-31t23:59:59.5z', '1969-12-31T23:59:59.500Z'],
    ['1990-12-31T23:59:60Z', '1991-01-01T00:00:00.000Z'],
    ['1990-12-31T15:59:60-08:00', '1991-01-01T00:00:00.000Z'],
    ['2030-01-31T12:00:00.0001Z', '2030-01-31T12:00:00.001Z'],
    [`2030-01-31T12:00:00.${'0'.repeat(40)}Z`, '2030-01-31T12:00:00.000Z'],
    ['2030-01-31T12:00:00-00:00', '2030-01-31T12:00:00.000Z'],
  ])('%s is %s', (text, bound) => {
    expect(isDateTime(text)).toBe(true);
    expect(toSearchBound(text)).toBe(bound);
  });

  it.each([
    '0001-02-29T00:00:00Z',
    '2030-13-01T00:00:00Z',
    '2030-01-31',
    '2030-01-31T24:00:00Z',
    '2030-01-31T12:00:00',
    '+010000-01-01T00:00:00Z',
    '1900-02-29T00:00:00Z',
  ])('%s is none', (text) => expect(isDateTime(text)).toBe(false));

  it('agrees with the platform wherever that has an answer', () => {
    const dates = fc.date({
      min: new Date('0100-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    const offsets = fc.integer({ min: -23 * 60, max: 23 * 60 });
    fc.assert(
      fc.property(dates, offsets, (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0');
        const text = `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(Math.abs(offset) % 60)}`;
        expect(toSearchBound(text)).toBe(date.toISOString());
      }),
    );
  });

  it('sorts as text like the moments', () => {
    const year = fc.integer({ min: 0, max: 9999 }).map((value) => `${String(value).padStart(4, '0')}-06-15T12:00:00Z`);
    fc.assert(
      fc.property(year, year, (one, other) => {
        expect(toSearchBound(one) < toSearchBound(other)).toBe(one < other);
      }),
    );
  });
});

describe('searchedId', () => {
  it('is in lower case only for a UUID', () => {
    expect(searchedId('0199F3A2-5C1E-7D3A-9B1E-2F6F0C8A4D11')).toBe('0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11');
    expect(searchedId('auth0|AbC')).toBe('auth0|AbC');
  });
});
