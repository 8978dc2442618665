import { describe, expect, it } from '@jest/globals';
import { SYSTEM_TIME } from '../../src/kernel/time.js';
import { Acknowledgements } from '../../src/revocation/instances/acknowledgements.js';

const LONG = 60_000;

describe('acknowledgements', () => {
  it('are complete once each instance has given its own, in any order, also before they are waited for', async () => {
    const acknowledgements = new Acknowledgements(SYSTEM_TIME);
    const [first, second] = [acknowledgements.expect(), acknowledgements.expect()];
    acknowledgements.note(first, 'a');
    acknowledgements.note(second, 'b');
    let complete = false;
    const waiting = acknowledgements
      .of(
        first,
        new Map([
          ['a', LONG],
          ['b', LONG],
        ]),
      )
      .then((all) => {
        complete = true;
        return all;
      });
    acknowledgements.note(first, 'stranger');
    await Promise.resolve();
    expect(complete).toBe(false);

    acknowledgements.note(first, 'b');

    expect(await waiting).toBe(true);
  });

  it('are waited for no longer than each instance’s time', async () => {
    const acknowledgements = new Acknowledgements(SYSTEM_TIME);
    const number = acknowledgements.expect();
    const beginning = performance.now();

    expect(
      await acknowledgements.of(
        number,
        new Map([
          ['dead', 60],
          ['ended', 0],
        ]),
      ),
    ).toBe(false);

    expect(performance.now() - beginning).toBeGreaterThanOrEqual(59);
  });

  it('are not waited for of who has no time left', async () => {
    const acknowledgements = new Acknowledgements({ ...SYSTEM_TIME, monotonic: () => 0, after: () => () => undefined });
    expect(await acknowledgements.of(acknowledgements.expect(), new Map([['ended', 0]]))).toBe(false);
  });

  it('leave no timer behind', async () => {
    const timers = new Set<() => void>();
    const after = (_: number, action: () => void) => {
      timers.add(action);
      return () => void timers.delete(action);
    };
    const acknowledgements = new Acknowledgements({ ...SYSTEM_TIME, after });
    const number = acknowledgements.expect();
    const waiting = acknowledgements.of(number, new Map([['a', LONG]]));
    expect(timers.size).toBe(1);
    acknowledgements.note(number, 'a');
    expect(await waiting).toBe(true);
    expect(timers.size).toBe(0);
  });

  it('are none once the collection has ended', async () => {
    const acknowledgements = new Acknowledgements(SYSTEM_TIME);
    const number = acknowledgements.expect();
    acknowledgements.note(number, 'a');
    acknowledgements.end(number);
    expect(acknowledgements.size).toBe(0);
    expect([...acknowledgements.by(number)]).toEqual([]);
    expect(await acknowledgements.of(number, new Map([['a', LONG]]))).toBe(false);
  });

  it('need none when there is nobody', async () => {
    const acknowledgements = new Acknowledgements(SYSTEM_TIME);
    expect(await acknowledgements.of(acknowledgements.expect(), new Map())).toBe(true);
  });
});
