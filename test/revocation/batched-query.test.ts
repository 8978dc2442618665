import { describe, expect, it } from '@jest/globals';
import { BatchedQuery } from '../../src/revocation/batched-query.js';

describe('a batched query', () => {
  /** Queries that end when told to; each finds its number. */
  function queries() {
    const ends: (() => void)[] = [];
    const told: string[][] = [];
    const batched = new BatchedQuery(async (messages: string[]) => {
      const number = ends.length + 1;
      told.push(messages);
      await new Promise<void>((resolve) => ends.push(resolve));
      return number;
    });
    const begun = async (expected: number) => {
      while (ends.length < expected) await new Promise(setImmediate);
    };
    return { batched, told, begun, end: (number: number) => ends[number - 1]?.() };
  }

  it('began after whoever it is for had asked, and is one for all who waited', async () => {
    const { batched, begun, end } = queries();
    const first = [batched.ask(), batched.ask()];
    await begun(1);
    const second = [batched.ask(), batched.ask(), batched.ask()];
    end(1);
    expect(await Promise.all(first)).toEqual([1, 1]);
    await begun(2);
    const third = batched.ask();
    end(2);
    expect(await Promise.all(second)).toEqual([2, 2, 2]);
    await begun(3);
    end(3);
    expect(await third).toBe(3);
  });

  it('tells what those it is for have to tell, each message once', async () => {
    const { batched, told, begun, end } = queries();
    const first = batched.ask('one');
    await begun(1);
    const second = [batched.ask('two'), batched.ask(), batched.ask('three')];
    end(1);
    await first;
    await begun(2);
    end(2);
    await Promise.all(second);
    expect(told).toEqual([['one'], ['two', 'three']]);
  });

  it('that fails fails those it was for, and nobody after them', async () => {
    let fails = true;
    const batched = new BatchedQuery(() =>
      fails ? Promise.reject(new Error('No answer.')) : Promise.resolve('found'),
    );
    await expect(Promise.all([batched.ask(), batched.ask()])).rejects.toThrow('No answer.');
    fails = false;
    expect(await batched.ask()).toBe('found');
  });
});
