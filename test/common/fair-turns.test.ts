import { describe, expect, it } from '@jest/globals';
import { FairTurns } from '../../src/common/fair-turns.js';

describe('FairTurns', () => {
  /** Sections that run until they are ended, and what has begun so far. */
  const sections = (atOnce: number) => {
    const turns = new FairTurns(atOnce);
    const begun: string[] = [];
    const ends = new Map<string, (fail?: boolean) => void>();
    const add = (source: string, name: string) =>
      turns.run(source, () => {
        begun.push(name);
        return new Promise<string>((resolve, reject) =>
          ends.set(name, (fail) => (fail ? reject(new Error(name)) : resolve(name))),
        );
      });
    return { begun, add, end: (name: string, fail?: boolean) => ends.get(name)?.(fail) };
  };

  it('runs so many at a time, and the sources in turn', async () => {
    const { begun, add, end } = sections(2);
    const all = [add('a', 'a1'), add('a', 'a2'), add('a', 'a3'), add('a', 'a4'), add('b', 'b1'), add('c', 'c1')];
    const order = ['a1', 'a2', 'a3', 'b1', 'c1', 'a4'];
    for (const [at, name] of order.entries()) {
      expect(begun).toEqual(order.slice(0, at + 2));
      end(name);
      await all[['a1', 'a2', 'a3', 'a4', 'b1', 'c1'].indexOf(name)];
    }
    expect(begun).toEqual(order);
  });

  it('goes on after one that failed, and begins at once when nothing runs', async () => {
    const { begun, add, end } = sections(1);
    const failing = add('a', 'failing');
    const next = add('a', 'next');
    end('failing', true);
    await expect(failing).rejects.toThrow('failing');
    end('next');
    await expect(next).resolves.toBe('next');
    const later = add('b', 'later');
    expect(begun).toEqual(['failing', 'next', 'later']);
    end('later');
    await later;
  });
});
