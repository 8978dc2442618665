import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Lease } from '../../src/revocation/lease.js';

describe('a lease', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const clocks = () => {
    const at = { monotonic: 5_000_000, date: 1_900_000_000_000 };
    jest.spyOn(performance, 'now').mockImplementation(() => at.monotonic);
    jest.spyOn(Date, 'now').mockImplementation(() => at.date);
    return at;
  };

  it('does not hold before it is renewed, and from then on for its length, counted from before the renewal was sent', () => {
    const at = clocks();
    const lease = new Lease(2000);
    expect(lease.isValid()).toBe(false);

    const moment = Lease.moment();
    at.monotonic += 500;
    lease.renew(moment);
    at.monotonic += 1499;
    expect(lease.isValid()).toBe(true);
    at.monotonic += 1;
    expect(lease.isValid()).toBe(false);
  });

  it('ends when it is told to', () => {
    clocks();
    const lease = new Lease(2000);
    lease.renew(Lease.moment());
    lease.end();
    expect(lease.isValid()).toBe(false);
  });

  it('ends with a suspended machine, whose monotonic clock may have stood still', () => {
    const at = clocks();
    const lease = new Lease(2000);
    lease.renew(Lease.moment());
    at.date += 3_600_000;
    expect(lease.isValid()).toBe(false);
  });

  it('does not last longer when the time of day is set back', () => {
    const at = clocks();
    const lease = new Lease(2000);
    lease.renew(Lease.moment());
    at.date -= 3_600_000;
    expect(lease.isValid()).toBe(true);
    at.monotonic += 2000;
    expect(lease.isValid()).toBe(false);
  });
});
