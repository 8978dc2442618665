import { Ledger } from './ledger.js';
import type { Random } from './random.js';

interface Key {
  id: string;
  secret: string;
}

/** Many callers who create and delete keys in one workspace, and note what is acknowledged to them. */
export class Load {
  readonly ledger = new Ledger();
  readonly secrets = new Map<string, string>();
  private readonly living: Key[] = [];
  private names = 0;
  private begin: () => void = () => undefined;
  /** Resolves with the first deletion that is acknowledged: whatever is killed from then on has something to lose. */
  readonly underWay = new Promise<void>((resolve) => (this.begin = resolve));

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
    private readonly random: Random,
  ) {}

  /** Goes on until the service no longer answers. @throws {Error} on an answer that must not be. */
  async run(callers: number): Promise<void> {
    await Promise.all(Array.from({ length: callers }, () => this.call()));
  }

  private async call(): Promise<void> {
    let answered = true;
    while (answered) answered = await (this.random.chance(0.45) ? this.delete() : this.create());
  }

  private async create(): Promise<boolean> {
    this.names += 1;
    const body = JSON.stringify({ keyName: `key ${this.names}`, permissions: ['apikeys:view'] });
    const answer = await this.send('POST', '/apikey', body);
    if (!answer) return false;
    if (answer.status !== 201) throw new Error(`A creation was answered ${answer.status}: ${answer.text}`);
    const { id, apiKey } = JSON.parse(answer.text) as { id: string; apiKey: string };
    this.ledger.created.add(id);
    this.secrets.set(id, apiKey);
    this.living.push({ id, secret: apiKey });
    return true;
  }

  private async delete(): Promise<boolean> {
    const key = this.random.take(this.living);
    if (!key) return this.create();
    this.ledger.deleting.add(key.id);
    const rivals = this.random.chance(0.2) ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: rivals }, () => this.send('DELETE', `/apikey/${key.id}`)));
    const statuses = answers.flatMap((answer) => answer?.status ?? []);
    if (statuses.some((status) => status !== 200 && status !== 404) || (rivals === 1 && statuses[0] === 404)) {
      throw new Error(`A deletion was answered ${statuses.join(' and ')}.`);
    }
    if (statuses.filter((status) => status === 200).length > 1) throw new Error('Two deletions of one key won.');
    // A 404 too says that the key is gone: the rival's answer may be what the kill cut off.
    if (statuses.length > 0) {
      this.ledger.deleted.add(key.id);
      this.begin();
    }
    return statuses.length === rivals;
  }

  /** @returns undefined if the answer never came whole */
  private async send(
    method: string,
    path: string,
    body?: string,
  ): Promise<{ status: number; text: string } | undefined> {
    try {
      const response = await fetch(`${this.url}/api/v1${path}`, {
        method,
        headers: { ...this.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        body,
      });
      const text = await response.text();
      return { status: response.status, text };
    } catch {
      return undefined;
    }
  }
}
