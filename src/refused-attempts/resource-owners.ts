/** A thing that a caller named. */
export interface NamedThing {
  type: string;
  id: string;
}

/** Tells which workspaces things belong to. The grants module provides it. */
export abstract class ResourceOwners {
  /** Of these ids of one type, those that belong to a workspace, and which; a workspace belongs to itself. */
  abstract find(type: string, ids: readonly string[]): Promise<Map<string, string>>;
}
