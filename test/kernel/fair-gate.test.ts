import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairGate, type GateLimits } from '../../src/kernel/fair-gate.js';

const LIMITS: GateLimits = { running: 4, runningOfOne: 2, waiting: 9, waitingOfOne: 4 };
const FOR_EVER_MS = 60_000;

interface Task {
  source: string;
  number: number;
  state: 'waiting' | 'running' | 'done' | 'refused';
  end: () => void;
}

/** A gate, and all that is known of the tasks that came to it. */
class Gate {
  readonly gate: FairGate;
  readonly tasks: Task[] = [];
  readonly begun: string[] = [];

  constructor(readonly limits = LIMITS) {
    this.gate = new FairGate(limits, () => new Error('refused'));
  }

  async arrive(source: string, longestMs = FOR_EVER_MS): Promise<Task> {
    const task: Task = { source, number: this.tasks.length, state: 'waiting', end: () => undefined };
    this.tasks.push(task);
    const run = () =>
      new Promise<void>((resolve) => {
        task.state = 'running';
        this.begun.push(`${source}${task.number}`);
        task.end = resolve;
      });
    this.gate.run(source, longestMs, run).then(
      () => (task.state = 'done'),
      () => (task.state = 'refused'),
    );
    await settled();
    return task;
  }

  async end(task: Task | undefined): Promise<void> {
    task?.end();
    await settled();
  }

  those(state: Task['state'], source?: string): Task[] {
    return this.tasks.filter((each) => each.state === state && (source === undefined || each.source === source));
  }

  namesOf(state: Task['state']): string[] {
    return this.those(state).map(({ source, number }) => `${source}${number}`);
  }

  async endAll(): Promise<void> {
    for (let next = this.those('running')[0]; next; next = this.those('running')[0]) await this.end(next);
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('FairGate', () => {
  it('lets the sources take turns', async () => {
    const gate = new Gate({ ...LIMITS, running: 2 });
    for (const source of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) await gate.arrive(source);
    await gate.endAll();

    expect(gate.begun).toEqual(['a0', 'a1', 'b4', 'c6', 'a2', 'b5', 'a3']);
  });

  it('leaves room for others while those of one source run for long', async () => {
    const gate = new Gate();
    for (const source of ['a', 'a', 'a', 'b', 'c']) await gate.arrive(source);

    expect(gate.namesOf('running')).toEqual(['a0', 'a1', 'b3', 'c4']);
    await gate.end(gate.tasks[3]);
    expect(gate.namesOf('waiting')).toEqual(['a2']);
    await gate.end(gate.tasks[0]);
    expect(gate.namesOf('waiting')).toEqual([]);
  });

  it('refuses what a source has too many of that wait, and nothing of others', async () => {
    const gate = new Gate();
    for (let count = 0; count < 7; count += 1) await gate.arrive('a');

    expect(gate.namesOf('refused')).toEqual(['a6']);
    expect((await gate.arrive('b')).state).toBe('running');
  });

  it('lets a newcomer in however many wait: the newest of the source with the most is refused for it', async () => {
    const gate = new Gate({ ...LIMITS, running: 2, waiting: 4 });
    for (const source of ['a', 'a', 'b', 'c', 'c', 'c']) await gate.arrive(source);
    expect(gate.namesOf('refused')).toEqual([]);

    expect((await gate.arrive('d')).state).toBe('waiting');
    expect(gate.namesOf('refused')).toEqual(['c5']);
  });

  it('refuses what waits too long, and nothing that came after it', async () => {
    const gate = new Gate({ ...LIMITS, running: 1 });
    await gate.arrive('a');
    const waiting = gate.gate.run('b', 1, () => Promise.resolve());
    const [next] = [gate.gate.run('b', FOR_EVER_MS, () => Promise.resolve('run'))];

    await expect(waiting).rejects.toThrow('refused');
    await gate.end(gate.tasks[0]);
    await expect(next).resolves.toBe('run');
    expect(gate.gate.pending).toBe(0);
  });

  it('passes on what a task gives and throws', async () => {
    const { gate } = new Gate();

    await expect(gate.run('a', FOR_EVER_MS, () => Promise.resolve(7))).resolves.toBe(7);
    await expect(gate.run('a', FOR_EVER_MS, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(gate.pending).toBe(0);
  });

  it('keeps its bounds, wastes no room, and is empty in the end, whatever comes', async () => {
    const source = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof({ weight: 3, arbitrary: source }, { weight: 2, arbitrary: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const gate = new Gate();
        for (const each of steps) {
          if (typeof each === 'string') await gate.arrive(each);
          else await gate.end(gate.those('running')[each]);
          assertBounds(gate);
        }
        await gate.endAll();

        expect(gate.gate.pending).toBe(0);
        expect(gate.those('waiting')).toEqual([]);
        for (const name of ['a', 'b']) expect((await gate.arrive(name)).state).toBe('running');
      }),
    );
  });
});

function assertBounds(gate: Gate): void {
  const { running, runningOfOne, waiting, waitingOfOne } = gate.limits;
  expect(gate.those('running').length).toBeLessThanOrEqual(running);
  expect(gate.those('waiting').length).toBeLessThanOrEqual(waiting);
  expect(gate.gate.pending).toBe(gate.those('running').length + gate.those('waiting').length);
  const hasRoom = gate.those('running').length < running;
  for (const source of ['a', 'b', 'c', 'd', 'e']) {
    const runs = gate.those('running', source).length;
    const waits = gate.those('waiting', source).length;
    expect(runs).toBeLessThanOrEqual(runningOfOne);
    expect(waits).toBeLessThanOrEqual(waitingOfOne);
    if (waits > 0 && hasRoom) expect(runs).toBe(runningOfOne);
  }
}
