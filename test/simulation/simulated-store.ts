import type { Transaction } from '../../src/database/transaction.js';
import type { SeenInstance } from '../../src/revocation/instances/lease-watch.js';
import type { LoggedRevocation, Reading } from '../../src/revocation/revocation-log.js';
import type {
  ConnectionListener,
  InstanceConnection,
  Notice,
  ReadBack,
  RevocationStore,
} from '../../src/revocation/revocation-store.js';
import type { SimulatedDatabase } from './simulated-database.js';
import { type Link } from './simulated-network.js';

/** Runs one statement of the pool. */
export type Ask = <T>(execute: (database: SimulatedDatabase) => T) => Promise<T>;

/** What is to be done with the commit of a transaction, and right after it. */
export interface Staged {
  revocation: LoggedRevocation;
  notice: Notice;
  answer: (listed: Promise<SeenInstance[]>) => void;
}

export function notifyAndList(database: SimulatedDatabase, { channel, messages, own }: Notice): SeenInstance[] {
  const instances = database.list();
  if (instances.some(({ id }) => id !== own)) for (const message of messages) database.notify(channel, message);
  return instances;
}

/** The store as an instance reaches it through its pool. */
export class SimulatedStore implements RevocationStore {
  private readonly staged = new WeakMap<Transaction, Staged[]>();

  constructor(private readonly ask: Ask) {}

  append(transaction: Transaction, revocation: LoggedRevocation, notice: Notice): Promise<SeenInstance[]> {
    const listed = new Promise<SeenInstance[]>((answer) => {
      this.staged.set(transaction, [...this.stagedIn(transaction), { revocation, notice, answer }]);
    });
    listed.catch(() => undefined);
    return listed;
  }

  stagedIn(transaction: Transaction): readonly Staged[] {
    return this.staged.get(transaction) ?? [];
  }

  notifyAndList(notice: Notice): Promise<SeenInstance[]> {
    return this.ask((database) => notifyAndList(database, notice));
  }

  notify(channel: string, message: string): Promise<void> {
    return this.ask((database) => database.notify(channel, message));
  }

  readBack(instanceId: string): Promise<ReadBack> {
    return this.ask((database) => ({
      renewals: database.instances.get(instanceId)?.renewals,
      weakness: undefined,
    }));
  }

  remove(instanceId: string, renewals?: number): Promise<boolean> {
    return this.ask((database) => database.remove(instanceId, renewals));
  }

  sweep(before: string): Promise<string> {
    return this.ask((database) => database.sweep(before));
  }
}

/** The connection of an instance's session. */
export class SimulatedConnection implements InstanceConnection {
  private link: Link | undefined;

  constructor(
    private readonly open: (
      onMessage: (channel: string, message: string) => void,
      onEnd: (error: Error) => void,
    ) => Link,
    private readonly onEnd: () => void,
  ) {}

  async connect(listener: ConnectionListener): Promise<void> {
    this.link = this.open(
      (channel, message) => listener.onNotification(channel, message),
      (error) => {
        this.onEnd();
        listener.onEnd(error);
      },
    );
    await this.request(() => undefined);
  }

  listen(channel: string): Promise<void> {
    return this.request(() => void this.link?.channels.add(channel));
  }

  register(instance: SeenInstance): Promise<void> {
    return this.request((database) => void database.instances.set(instance.id, { ...instance }));
  }

  renew(instanceId: string): Promise<boolean> {
    return this.request((database) => database.renew(instanceId));
  }

  readLog(snapshot: string | null): Promise<Reading> {
    return this.request((database) => database.readLog(snapshot));
  }

  list(): Promise<SeenInstance[]> {
    return this.request((database) => database.list());
  }

  notify(messages: readonly { channel: string; message: string }[]): Promise<void> {
    return this.request((database) => {
      for (const { channel, message } of messages) database.notify(channel, message);
    });
  }

  leave(instanceId: string): Promise<void> {
    return this.request((database) => void database.instances.delete(instanceId));
  }

  close(): Promise<void> {
    this.destroy();
    return Promise.resolve();
  }

  destroy(): void {
    this.link?.destroy();
  }

  /** The server notices that nobody is at the other end. */
  abandon(): void {
    this.link?.abandon();
  }

  /** Breaks it, as the network or the server may. */
  break(): void {
    this.link?.reset();
  }

  private request<T>(execute: (database: SimulatedDatabase) => T): Promise<T> {
    return this.link?.request(execute) ?? Promise.reject(new Error('There is no connection.'));
  }
}
