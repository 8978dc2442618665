import type { Transaction } from '../database/transaction.js';
import type { SeenInstance } from './instances/lease-watch.js';
import type { LoggedRevocation, Reading } from './revocation-log.js';

/** What is to be seen of an instance where look-ups read. */
export interface ReadBack {
  /** Undefined if it is not on the list there. */
  renewals: number | undefined;
  /** Why what is acknowledged there would not survive a power cut; undefined if it would. */
  weakness: string | undefined;
}

/** What is to be sent, and by whom. */
export interface Notice {
  channel: string;
  messages: readonly string[];
  own: string;
}

/** What the instances share through the pool that everything else uses: the log of revocations, and the list of themselves. */
export interface RevocationStore {
  /**
   * Has the transaction append the revocation to the log when it commits, and then, right after the commit, notifies and lists
   * as {@link notifyAndList} does.
   *
   * @returns the list; rejects if that failed after the commit, and never settles without a commit
   */
  append(transaction: Transaction, revocation: LoggedRevocation, notice: Notice): Promise<SeenInstance[]>;

  /** Sends each message, unless there is no instance but the one named, and reads the list of instances. Begins after the call. */
  notifyAndList(notice: Notice): Promise<SeenInstance[]>;

  notify(channel: string, message: string): Promise<void>;

  /** Reads the row of an instance where look-ups read. */
  readBack(instanceId: string): Promise<ReadBack>;

  /** Takes an instance off the list; with `renewals`, unless it has renewed its lease since. @returns whether it was there. */
  remove(instanceId: string, renewals?: number): Promise<boolean>;

  /**
   * Removes from the log what transactions before this one appended.
   *
   * @returns the oldest transaction that is open now.
   */
  sweep(before: string): Promise<string>;
}

/** What a connection tells its instance. */
export interface ConnectionListener {
  onNotification(channel: string, payload: string | undefined): void;
  /** The connection is broken or closed. May be called more than once. */
  onEnd(error: Error): void;
}

/**
 * A connection to the database that is an instance's alone. What it is asked for while it is busy waits its turn; every
 * method fails once it is broken.
 */
export interface InstanceConnection {
  connect(listener: ConnectionListener): Promise<void>;
  listen(channel: string): Promise<void>;

  /** Puts the instance on the list. */
  register(instance: SeenInstance): Promise<void>;

  /** Counts a renewal of its lease, durably. @returns whether the instance is on the list still. */
  renew(instanceId: string): Promise<boolean>;

  /** @param snapshot of the last reading; null for the first one */
  readLog(snapshot: string | null): Promise<Reading>;

  /** The list of instances. */
  list(): Promise<SeenInstance[]>;

  /** Sends messages at once, not waiting until they would survive a power cut. */
  notify(messages: readonly { channel: string; message: string }[]): Promise<void>;

  /** Takes the instance off the list. */
  leave(instanceId: string): Promise<void>;

  close(): Promise<void>;

  /** Closes at once: a server that has gone silent would never answer a polite end. */
  destroy(): void;
}
