import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { forEachStore } from '../support/stores.js';
import { openStore, type OpenedStore } from './opened-store.js';

const FLOOD = 60;

describe('reads', () => {
  forEachStore((kind) => {
    let opened: OpenedStore;

    beforeEach(async () => {
      opened = await openStore(kind);
    });

    afterEach(() => opened.close());

    /** Has a workspace begin many reads, of which none is answered until it is told to. */
    const flood = () => {
      const answers: (() => void)[] = [];
      const held = () => new Promise<void>((resolve) => answers.push(resolve));
      const reads = Array.from({ length: FLOOD }, () => opened.database.readsOf('a').read(held));
      return {
        /** Answers so many of them. */
        answer: async (count: number) => {
          for (let answered = 0; answered < count;) {
            const next = answers.shift();
            if (next) answered += 1;
            next?.();
            await new Promise(setImmediate);
          }
        },
        end: () => Promise.all(reads),
      };
    };

    it.each([
      ['another workspace', () => opened.database.readsOf('b').query('SELECT 1 AS one')],
      ['the instance itself', () => opened.database.query('SELECT 1 AS one')],
    ])('of one workspace wait for each other, those of %s for a turn', async (_, read) => {
      const flooding = flood();
      const other = read();
      // At most so many run at a time, and with the next turn comes the other.
      await flooding.answer(2);
      expect(await other).toEqual([{ one: 1 }]);
      await flooding.answer(FLOOD - 2);
      await flooding.end();
    });
  });
});
