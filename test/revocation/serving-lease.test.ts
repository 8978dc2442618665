import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Transaction } from '../../src/database/transaction.js';
import type { Time } from '../../src/kernel/time.js';
import { ServingLease } from '../../src/revocation/sqlite/serving-lease.js';
import type { ServingProcess, ServingRow } from '../../src/revocation/sqlite/serving-row.js';

const LEASE_MS = 1000;
const TRANSACTION = {} as Transaction;
const MAY_TAKE = () => Promise.resolve();

describe('the lease of the process that serves a SQLite file', () => {
  let now: number;
  let row: ServingProcess | undefined;
  let reading: () => Promise<void>;
  let onPass: () => void;
  let losses: number;
  let lease: ServingLease;

  beforeEach(async () => {
    [now, row, losses] = [0, undefined, 0];
    reading = () => Promise.resolve();
    onPass = () => undefined;
    const pass = (milliseconds: number, action: () => void): (() => void) => {
      now += milliseconds;
      onPass();
      action();
      return () => undefined;
    };
    const time: Time = { monotonic: () => now, date: () => now, after: pass };
    const rows: Pick<ServingRow, 'read' | 'find' | 'put' | 'remove'> = {
      read: async () => {
        const read = row;
        await reading();
        return read;
      },
      find: () => Promise.resolve(row),
      put: (_, put) => Promise.resolve(void (row = put)),
      remove: (id) => Promise.resolve(void (row = row?.id === id ? undefined : row)),
    };
    lease = new ServingLease(rows as ServingRow, time, () => (losses += 1));
    await takeRow();
  });

  const takeRow = async () => {
    const taken = await lease.take(TRANSACTION, true, MAY_TAKE);
    if (taken) lease.taken(taken);
  };
  const takenAway = () => (row = { id: 'another', leaseMs: LEASE_MS });

  it('holds for a second after the row was asked for, not after the answer', async () => {
    reading = () => Promise.resolve(void (now += LEASE_MS - 100));
    expect(await lease.look()).toBe(true);
    expect(lease.isValid()).toBe(true);

    now += 100;
    expect(lease.isValid()).toBe(false);
  });

  it('holds on as long as the row is looked at', async () => {
    for (let look = 0; look < 10; look += 1) {
      now += LEASE_MS / 2;
      expect(await lease.look()).toBe(true);
      expect(lease.isValid()).toBe(true);
    }
    expect(losses).toBe(1);
  });

  it('ends when the row is another’s, and all that was remembered is forgotten', async () => {
    takenAway();
    expect(await lease.look()).toBe(false);
    expect([lease.isValid(), losses]).toEqual([false, 2]);
  });

  it('is not ended by a look that began before it was taken anew', async () => {
    reading = async () => {
      reading = () => Promise.resolve();
      takenAway();
      await takeRow();
    };
    expect(await lease.look()).toBe(true);
    expect(lease.isValid()).toBe(true);
  });

  it('is waited for by whoever takes the row, for longer than it lasts by a slower clock', async () => {
    takenAway();
    await takeRow();
    const takenAt = now;
    await lease.waitForOthers();
    expect(now - takenAt).toBeGreaterThan(1.18 * LEASE_MS);

    const waitedAt = now;
    await lease.waitForOthers();
    expect(now).toBe(waitedAt);
  });

  it('is waited for no longer where others take the row again and again', async () => {
    takenAway();
    await takeRow();
    const takenAt = now;
    let left = 5;
    onPass = () => {
      if (left > 0) lease.taken({ id: `${(left -= 1)}`, moment: { at: now, date: now }, othersMs: LEASE_MS });
    };
    await lease.waitForOthers();
    expect(now - takenAt).toBeLessThan(2 * LEASE_MS);
  });

  it('is waited for by the next one too, if this one ends before that of the one before is over', async () => {
    takenAway();
    await takeRow();
    await lease.release();
    expect(row).toBeDefined();
  });

  it('is waited for whatever somebody wrote into the row', async () => {
    row = { id: 'another', leaseMs: 1e12 };
    await takeRow();
    await lease.waitForOthers();
    expect(now).toBeLessThan(2 * LEASE_MS);
  });

  it('is waited for by whoever finds that another process made the change', async () => {
    await lease.waitForChanges();
    expect(now).toBe(0);

    takenAway();
    await lease.waitForChanges();
    expect(now).toBeGreaterThan(1.18 * LEASE_MS);
  });

  it('leaves no row, and no wait, once it is released', async () => {
    await lease.release();
    expect([row, lease.isValid()]).toEqual([undefined, false]);
    await takeRow();
    await lease.waitForOthers();
    expect(now).toBe(0);
  });

  it('does not take away another’s row when it is released', async () => {
    takenAway();
    await lease.release();
    expect(row?.id).toBe('another');
  });

  it('is not taken where that is refused', async () => {
    takenAway();
    await expect(lease.take(TRANSACTION, true, () => Promise.reject(new Error('Locked.')))).rejects.toThrow('Locked.');
    expect([row?.id, lease.isValid()]).toEqual(['another', false]);
  });

  it('is not looked past where no row is there', async () => {
    await lease.release();
    await expect(lease.take(TRANSACTION, false, () => Promise.reject(new Error('Locked.')))).rejects.toThrow('Locked.');
  });

  it('is not taken by a process that does not need it, unless another has it', async () => {
    await lease.release();
    expect(await lease.take(TRANSACTION, false, MAY_TAKE)).toBeUndefined();
    takenAway();
    expect(await lease.take(TRANSACTION, false, MAY_TAKE)).toMatchObject({ othersMs: expect.any(Number) });
  });
});
