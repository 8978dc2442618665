import type { StoredKeys } from './stored-keys.js';

/** What the callers know: what was acknowledged to them, and which deletions they asked for. */
export class Ledger {
  readonly created = new Set<string>();
  readonly deleting = new Set<string>();
  readonly deleted = new Set<string>();

  /** Keys that were acknowledged and that nobody asked to delete. */
  get untouched(): string[] {
    return [...this.created].filter((id) => !this.deleting.has(id));
  }
}

/** What is wrong with what is stored. */
export interface Faults {
  /** Acknowledged changes that are not there. */
  lost: string[];
  /** Changes without their record, records without their change, anything there twice. */
  half: string[];
}

/** Holds what is stored against what was acknowledged, and against itself. */
export function faultsOf({ living, tombstones, created, deleted, broken }: StoredKeys, ledger: Ledger): Faults {
  const dead = new Set(tombstones);
  const everMade = new Set([...living, ...tombstones]);
  return {
    lost: [
      ...missing(ledger.created, everMade).map((id) => `the acknowledged key ${id} is not there`),
      ...ledger.untouched.filter((id) => dead.has(id)).map((id) => `the key ${id} is deleted, and nobody asked for it`),
      ...missing(ledger.deleted, dead).map((id) => `the key ${id} is back after its acknowledged deletion`),
    ],
    half: [
      ...living.filter((id) => dead.has(id)).map((id) => `the key ${id} is both alive and deleted`),
      ...repeated(tombstones).map((id) => `the key ${id} has two tombstones`),
      ...repeated(created).map((id) => `the creation of ${id} is recorded twice`),
      ...repeated(deleted).map((id) => `the deletion of ${id} is recorded twice`),
      ...missing(everMade, new Set(created)).map((id) => `the creation of ${id} has no record`),
      ...missing(created, everMade).map((id) => `the record of the creation of ${id} has no key`),
      ...missing(dead, new Set(deleted)).map((id) => `the deletion of ${id} has no record`),
      ...missing(deleted, dead).map((id) => `the record of the deletion of ${id} has no tombstone`),
      ...broken.map((id) => `the record ${id} is not whole`),
    ],
  };
}

function missing(expected: Iterable<string>, present: ReadonlySet<string>): string[] {
  return [...expected].filter((id) => !present.has(id));
}

function repeated(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.has(id) || !seen.add(id));
}
