/** What one side of a channel does for the other when it is asked to. */
export type Duties<D> = { [Name in keyof D]: (...details: never[]) => unknown };

type Answer<Duty extends (...details: never[]) => unknown> = Promise<Awaited<ReturnType<Duty>>>;

/** This side of the pipe between two processes. */
interface End {
  send: (message: unknown, sent: (error: Error | null) => void) => unknown;
  on: (event: 'message', listener: (message: unknown) => void) => unknown;
}

interface Request {
  asked: number;
  duty: string;
  details: never[];
}

interface Reply {
  answered: number;
  result?: unknown;
  failure?: string;
}

interface Question {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** Questions and answers between two processes. */
export class Channel<Theirs extends Duties<Theirs>, Ours extends Duties<Ours>> {
  private readonly open = new Map<number, Question>();
  private questions = 0;
  private broken: Error | undefined;

  /** @param explain an error of ours in one line for the other side */
  constructor(
    private readonly end: End,
    private readonly ours: Ours,
    private readonly explain: (error: unknown) => string,
  ) {
    end.on('message', (message) => this.receive(message as Request | Reply));
  }

  /** @throws {Error} with the explanation of the other side if it failed, or with that of {@link break}. */
  ask<Name extends keyof Theirs & string>(duty: Name, ...details: Parameters<Theirs[Name]>): Answer<Theirs[Name]> {
    const answer = new Promise((resolve, reject) => {
      if (this.broken) {
        reject(this.broken);
        return;
      }
      this.questions += 1;
      this.open.set(this.questions, { resolve, reject });
      this.send({ asked: this.questions, duty, details });
    });
    return answer as Answer<Theirs[Name]>;
  }

  /** There will be no answers any more. */
  break(reason: string): void {
    this.broken ??= new Error(reason);
    for (const { reject } of this.open.values()) reject(this.broken);
    this.open.clear();
  }

  private receive(message: Request | Reply): void {
    if ('asked' in message) {
      void this.answer(message);
      return;
    }
    const question = this.open.get(message.answered);
    this.open.delete(message.answered);
    if (message.failure === undefined) question?.resolve(message.result);
    else question?.reject(new Error(message.failure));
  }

  private async answer({ asked, duty, details }: Request): Promise<void> {
    try {
      const result = await this.ours[duty as keyof Ours](...details);
      this.send({ answered: asked, result });
    } catch (error) {
      this.send({ answered: asked, failure: this.explain(error) });
    }
  }

  private send(message: Request | Reply): void {
    // Where the other side is gone, its end is noticed too, and breaks this channel.
    this.end.send(message, () => undefined);
  }
}
