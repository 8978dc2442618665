/** Lets one asynchronous section run at a time, in the order of arrival. */
export class Mutex {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(section: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(section);
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}
