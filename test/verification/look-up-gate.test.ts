import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StoreUnavailableError } from '../../src/database/errors.js';
import { nextTurn } from '../../src/kernel/next-turn.js';
import { LookUpGate, type LookUpLimits } from '../../src/verification/look-up-gate.js';

const LIMITS: LookUpLimits = { atOnce: 2, ofOneStatement: 1, ofOneSource: 4, waiting: 9 };

interface LookUp {
  source: string;
  number: number;
  /** How many had begun when it came. */
  begunBefore: number;
  state: 'waiting' | 'running' | 'answered' | 'refused';
  end: (error?: Error) => void;
}

/** A gate, and all that is known of the look-ups that came to it. */
class Gate {
  readonly gate: LookUpGate<LookUp, void>;
  readonly lookUps: LookUp[] = [];
  readonly begun: LookUp[] = [];
  readonly statements: LookUp[][] = [];

  constructor(readonly limits = LIMITS) {
    this.gate = new LookUpGate(limits, (lookUps: LookUp[]) => {
      this.statements.push(lookUps);
      return lookUps.map((lookUp) => this.begin(lookUp));
    });
  }

  async arrive(source: string): Promise<LookUp> {
    const [number, begunBefore] = [this.lookUps.length, this.begun.length];
    const lookUp: LookUp = { source, number, begunBefore, state: 'waiting', end: () => undefined };
    this.lookUps.push(lookUp);
    const run = async (): Promise<void> => this.gate.run(source, lookUp);
    run().then(
      () => (lookUp.state = 'answered'),
      () => (lookUp.state = 'refused'),
    );
    await nextTurn();
    return lookUp;
  }

  private begin(lookUp: LookUp): Promise<void> {
    return new Promise((resolve, reject) => {
      lookUp.state = 'running';
      this.begun.push(lookUp);
      lookUp.end = (error) => (error ? reject(error) : resolve());
    });
  }

  /** The statements of which a look-up is not answered yet. */
  get runningStatements(): number {
    return this.statements.filter((lookUps) => lookUps.some(({ state }) => state === 'running')).length;
  }

  async end(lookUp: LookUp | undefined, error?: Error): Promise<void> {
    lookUp?.end(error);
    await nextTurn();
  }

  those(state: LookUp['state'], source?: string): LookUp[] {
    return this.lookUps.filter((each) => each.state === state && (source === undefined || each.source === source));
  }

  async endAll(): Promise<void> {
    for (let next = this.those('running')[0]; next; next = this.those('running')[0]) await this.end(next);
  }
}

describe('LookUpGate', () => {
  it('lets a few run at a time, and the sources take turns', async () => {
    const gate = new Gate();
    for (const source of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) await gate.arrive(source);
    await gate.endAll();

    expect(gate.begun.map(({ source, number }) => `${source}${number}`)).toEqual([
      'a0',
      'a1',
      'a2',
      'b4',
      'c6',
      'a3',
      'b5',
    ]);
  });

  it('runs in one statement those that wait at that moment, in turns of the sources', async () => {
    const gate = new Gate({ ...LIMITS, atOnce: 1, ofOneStatement: 4 });
    for (const source of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) await gate.arrive(source);
    await gate.endAll();

    const statements = gate.statements.map((lookUps) => lookUps.map(({ source, number }) => `${source}${number}`));
    expect(statements).toEqual([['a0'], ['a1', 'b4', 'c6', 'a2'], ['b5', 'a3']]);
  });

  it('runs in one statement those that come together', async () => {
    const gate = new Gate({ ...LIMITS, ofOneStatement: 4 });
    await Promise.all(['a', 'a', 'b', 'a', 'c'].map((source) => gate.arrive(source)));

    const statements = gate.statements.map((lookUps) => lookUps.map(({ source, number }) => `${source}${number}`));
    expect(statements).toEqual([['a0', 'b2', 'c4', 'a1'], ['a3']]);
  });

  it('answers each of a statement by itself, and counts it until then; the next begins after the last', async () => {
    const gate = new Gate({ ...LIMITS, atOnce: 1, ofOneStatement: 4 });
    await Promise.all(['a', 'a', 'b', 'c'].map((source) => gate.arrive(source)));
    await gate.end(gate.lookUps[0]);
    await gate.arrive('d');
    await gate.end(gate.lookUps[1]);
    await gate.end(gate.lookUps[2], new Error('broken'));

    const states = () => gate.lookUps.map(({ state }) => state);
    expect(states()).toEqual(['answered', 'answered', 'refused', 'running', 'waiting']);
    expect(gate.gate.pending).toBe(2);
    for (let count = 0; count < 4; count += 1) expect((await gate.arrive('a')).state).toBe('waiting');
    expect((await gate.arrive('a')).state).toBe('refused');

    await gate.end(gate.lookUps[3]);
    expect(states().slice(3, 6)).toEqual(['answered', 'running', 'running']);
  });

  it('refuses what a source has too many of, at once, and nothing of others', async () => {
    const gate = new Gate();
    for (let count = 0; count < 5; count += 1) await gate.arrive('a');

    expect(gate.those('refused')).toHaveLength(1);
    expect(gate.gate.refused).toBe(1);
    expect((await gate.arrive('b')).state).toBe('waiting');
  });

  it('lets a newcomer in however many wait: the newest of the source with the most is refused for it', async () => {
    const gate = new Gate({ ...LIMITS, waiting: 5 });
    for (const source of ['a', 'b', 'c', 'c', 'c', 'd', 'd']) await gate.arrive(source);
    expect(gate.those('refused')).toEqual([]);

    expect((await gate.arrive('e')).state).toBe('waiting');
    expect(gate.those('refused').map(({ source, number }) => `${source}${number}`)).toEqual(['c4']);
    expect(gate.gate.pending).toBe(7);
    await gate.endAll();
    expect(gate.begun.map(({ number }) => number)).toEqual([0, 1, 2, 5, 7, 3, 6]);
  });

  it('refuses a newcomer only where no other source waits for more', async () => {
    const gate = new Gate({ ...LIMITS, waiting: 2 });
    for (const source of ['a', 'a', 'b', 'c']) await gate.arrive(source);

    expect((await gate.arrive('b')).state).toBe('refused');
    expect(gate.those('waiting').map(({ source }) => source)).toEqual(['b', 'c']);
  });

  it('gives up what waits when the store gives up a look-up', async () => {
    const gate = new Gate();
    for (const source of ['a', 'b', 'b', 'b', 'c']) await gate.arrive(source);
    await gate.end(gate.lookUps[0], new StoreUnavailableError(undefined));

    expect(gate.lookUps.map(({ state }) => state)).toEqual(['refused', 'running', 'refused', 'refused', 'refused']);
    expect(gate.gate.pending).toBe(1);
    expect(gate.gate.refused).toBe(0);
    expect((await gate.arrive('b')).state).toBe('running');
  });

  it('passes on what a look-up gives and throws', async () => {
    const gate = new LookUpGate(LIMITS, (numbers: number[]) =>
      numbers.map((number) => (number > 0 ? Promise.resolve(number) : Promise.reject(new Error('broken')))),
    );

    await expect(gate.run('a', 7)).resolves.toBe(7);
    await expect(gate.run('a', 0)).rejects.toThrow('broken');
    expect(gate.pending).toBe(0);
  });

  it('keeps its bounds and its order, whatever comes, and is empty in the end', async () => {
    const source = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ arrive: source }) },
      { weight: 2, arbitrary: fc.record({ end: fc.nat(3), fails: fc.boolean() }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 120 }), async (most, steps) => {
        const gate = new Gate({ ...LIMITS, ofOneStatement: most, waiting: 5 });
        for (const each of steps) {
          if ('arrive' in each) await arriveRightly(gate, each.arrive);
          else await gate.end(gate.those('running')[each.end], each.fails ? new Error('broken') : undefined);
          assertBounds(gate);
        }
        await gate.endAll();

        expect(gate.gate.pending).toBe(0);
        expect(gate.those('waiting')).toEqual([]);
        assertOrder(gate);
        for (const name of ['a', 'b']) expect((await gate.arrive(name)).state).toBe('running');
      }),
    );
  });

  it('goes on counting a source of which as many run as wait', async () => {
    const gate = new Gate();
    for (let at = 0; at < 3; at += 1) await gate.arrive('a');
    await gate.end(gate.lookUps[0]);
    for (let at = 0; at < 3; at += 1) await gate.arrive('a');
    expect(gate.those('refused')).toHaveLength(1);
  });

  it('keeps nothing of a source of which no look-up is left', async () => {
    const gate = new Gate();
    for (const source of ['a', 'a', 'b', 'c']) await gate.arrive(source);
    expect(gate.gate['sources'].size).toBe(3);
    for (const lookUp of gate.lookUps) await gate.end(lookUp);
    expect(gate.those('answered')).toHaveLength(4);
    expect(gate.gate['sources'].size).toBe(0);
  });
});

async function arriveRightly(gate: Gate, source: string): Promise<void> {
  const { ofOneSource, waiting } = gate.limits;
  const before = gate.those('waiting');
  const own = gate.those('waiting', source).length;
  const isAtItsLimit = own + gate.those('running', source).length >= ofOneSource;
  const most = Math.max(...before.map((each) => gate.those('waiting', each.source).length));
  const arrived = await gate.arrive(source);
  const isRefused = isAtItsLimit || (before.length >= waiting && own >= most);
  expect(arrived.state === 'refused').toBe(isRefused);
}

function assertBounds(gate: Gate): void {
  const { atOnce, ofOneStatement, waiting } = gate.limits;
  const [running, waits] = [gate.those('running').length, gate.those('waiting').length];
  expect(gate.runningStatements).toBeLessThanOrEqual(atOnce);
  expect(Math.max(0, ...gate.statements.map(({ length }) => length))).toBeLessThanOrEqual(ofOneStatement);
  expect(waits).toBeLessThanOrEqual(waiting);
  if (waits > 0) expect(gate.runningStatements).toBe(atOnce);
  expect(gate.gate.pending).toBe(running + waits);
}

/** Those of one source begin as they came; while one waits for its turn, no other source has more than one turn. */
function assertOrder({ begun }: Gate): void {
  begun.forEach((late, at) => {
    const meanwhile = begun.slice(late.begunBefore, at);
    const own = meanwhile.filter(({ source }) => source === late.source);
    for (const { number } of own) expect(number).toBeLessThan(late.number);
    for (const other of meanwhile.filter(({ source }) => source !== late.source)) {
      const turns = meanwhile.filter(({ source }) => source === other.source).length;
      expect(turns).toBeLessThanOrEqual(own.length + 1);
    }
  });
}
