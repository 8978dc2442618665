import { Mutex } from '../database/sqlite/mutex.js';

/**
 * Runs one query at a time for all who ask: each gets the result of a query that began after it had asked, and that
 * carried its message along with those of others.
 */
export class BatchedQuery<Message, Result> {
  private readonly turns = new Mutex();
  private messages: Message[] = [];
  private next: Promise<Result> | undefined;

  constructor(private readonly query: (messages: Message[]) => Promise<Result>) {}

  ask(message?: Message): Promise<Result> {
    if (message !== undefined) this.messages.push(message);
    this.next ??= this.turns.run(() => {
      const { messages } = this;
      this.messages = [];
      this.next = undefined;
      return this.query(messages);
    });
    return this.next;
  }
}
