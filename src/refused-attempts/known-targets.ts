/** A target, as a workspace counts it (null: as those do who act in none). */
export interface CountedTarget {
  workspaceId: string | null;
  type: string;
  id: string;
}

/** Tells what a workspace has, or had. The audit module provides it. */
export abstract class KnownTargets {
  /**
   * Those of them that something was done to in their workspace, by its trail: what exists there and what was deleted, but
   * no id that was only tried. Without a workspace: in any.
   *
   * @throws {StoreUnavailableError} if the store cannot answer.
   */
  abstract find<Wanted extends CountedTarget>(targets: readonly Wanted[]): Promise<Set<Wanted>>;
}
