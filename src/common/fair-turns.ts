/** Runs sections, so many at a time, the sources in turn: one that asks for much holds up itself alone. */
export class FairTurns {
  /** What waits, by source: the next source first, of each the oldest first. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private running = 0;

  constructor(private readonly atOnce: number) {}

  /** Runs the section when its turn comes. */
  async run<T>(source: string, section: () => Promise<T>): Promise<T> {
    if (this.running < this.atOnce) this.running += 1;
    else await this.turnOf(source);
    try {
      return await section();
    } finally {
      this.passOn();
    }
  }

  private turnOf(source: string): Promise<void> {
    return new Promise((begin) => {
      const queue = this.waiting.get(source);
      if (queue) queue.push(begin);
      else this.waiting.set(source, [begin]);
    });
  }

  private passOn(): void {
    const [next] = this.waiting;
    if (!next) {
      this.running -= 1;
      return;
    }
    const [source, queue] = next;
    const begin = queue.shift();
    this.waiting.delete(source);
    if (queue.length > 0) this.waiting.set(source, queue);
    begin?.();
  }
}
