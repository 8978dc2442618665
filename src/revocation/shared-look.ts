import { Mutex } from '../database/mutex.js';

/** Looks for everybody who asks, once at a time: each gets what was found by a look that began after it had asked. */
export class SharedLook<Found> {
  private readonly turns = new Mutex();
  private next: Promise<Found> | undefined;

  constructor(private readonly look: () => Promise<Found>) {}

  ask(): Promise<Found> {
    this.next ??= this.turns.run(() => {
      this.next = undefined;
      return this.look();
    });
    return this.next;
  }
}
