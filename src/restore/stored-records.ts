/** Tells which records the trail has. The audit module provides it. */
export abstract class StoredRecords {
  /** Of these ids of records, those that are on the trail. */
  abstract present(ids: readonly string[]): Promise<ReadonlySet<string>>;
}
