import { describe, expect, it } from '@jest/globals';
import { SharedLook } from '../../src/revocation/shared-look.js';

describe('a shared look', () => {
  /** Looks that end when told to; each finds its number. */
  function lookout() {
    const ends: (() => void)[] = [];
    const told: string[][] = [];
    const shared = new SharedLook(async (messages: string[]) => {
      const number = ends.length + 1;
      told.push(messages);
      await new Promise<void>((resolve) => ends.push(resolve));
      return number;
    });
    const begun = async (expected: number) => {
      while (ends.length < expected) await new Promise(setImmediate);
    };
    return { shared, told, begun, end: (number: number) => ends[number - 1]?.() };
  }

  it('began after whoever it is for had asked, and is one for all who waited', async () => {
    const { shared, begun, end } = lookout();
    const first = [shared.ask(), shared.ask()];
    await begun(1);
    const second = [shared.ask(), shared.ask(), shared.ask()];
    end(1);
    expect(await Promise.all(first)).toEqual([1, 1]);
    await begun(2);
    const third = shared.ask();
    end(2);
    expect(await Promise.all(second)).toEqual([2, 2, 2]);
    await begun(3);
    end(3);
    expect(await third).toBe(3);
  });

  it('tells what those it is for have to tell, each message once', async () => {
    const { shared, told, begun, end } = lookout();
    const first = shared.ask('one');
    await begun(1);
    const second = [shared.ask('two'), shared.ask(), shared.ask('three')];
    end(1);
    await first;
    await begun(2);
    end(2);
    await Promise.all(second);
    expect(told).toEqual([['one'], ['two', 'three']]);
  });

  it('that fails fails those it was for, and nobody after them', async () => {
    let fails = true;
    const shared = new SharedLook(() => (fails ? Promise.reject(new Error('No answer.')) : Promise.resolve('found')));
    await expect(Promise.all([shared.ask(), shared.ask()])).rejects.toThrow('No answer.');
    fails = false;
    expect(await shared.ask()).toBe('found');
  });
});
