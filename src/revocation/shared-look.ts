import { Mutex } from '../database/mutex.js';

/**
 * Tells and looks for everybody who asks, once at a time: each gets what was found by a look that began after it had
 * asked, and told its message along with those of others.
 */
export class SharedLook<Message, Found> {
  private readonly turns = new Mutex();
  private messages: Message[] = [];
  private next: Promise<Found> | undefined;

  constructor(private readonly tellAndLook: (messages: Message[]) => Promise<Found>) {}

  ask(message?: Message): Promise<Found> {
    if (message !== undefined) this.messages.push(message);
    this.next ??= this.turns.run(() => {
      const { messages } = this;
      this.messages = [];
      this.next = undefined;
      return this.tellAndLook(messages);
    });
    return this.next;
  }
}
