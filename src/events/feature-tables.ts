/** Where things are stored that callers name by an id which tells their workspace. */
export interface ResourceTable {
  /** As the trail has it in targets. */
  readonly type: string;
  readonly table: string;
  /** The column of the id. */
  readonly id: string;
  /** The column of the workspace. */
  readonly workspace: string;
}

/** Where those are stored that permissions are given to: a row for each, with its `workspace_id` and its `permissions`. */
export interface HolderTable {
  readonly type: 'apikey' | 'member' | 'role';
  readonly table: string;
  /** The column by which they are told apart in their workspace. */
  readonly id: string;
  /** Whether ids are different in all workspaces together. */
  readonly hasUniqueIds: boolean;
  /** The column by which people know them, if it is another. */
  readonly name?: string;
  /** The column of the member whose permissions bound those of the holder, if there may be one. */
  readonly owner?: string;
  /** The column of when that member was removed. */
  readonly orphaned?: string;
}

/** Rows that belong to a workspace, and go after it without a word on the trail. */
export interface WorkspaceTable {
  readonly table: string;
  /** The columns by which they are told apart in their workspace. */
  readonly key: string;
}

/** What a feature tells of its tables in its manifest. */
export interface ToldTables {
  /** Those of its things that callers name by an id which tells their workspace. */
  resources?: readonly ResourceTable[];
  /** Those of its things that permissions are given to. */
  holders?: readonly HolderTable[];
  /** What of it goes with a workspace that is deleted, after its contents, and without a record of its own. */
  workspaceTables?: readonly WorkspaceTable[];
}

/**
 * The tables that features name in their manifests, for queries that are the same for several features. Each table's name
 * stays in the feature that owns it.
 */
export class FeatureTables {
  private readonly holders: readonly HolderTable[];
  private readonly resources: ReadonlyMap<string, ResourceTable>;

  constructor(features: readonly ToldTables[]) {
    this.holders = features.flatMap(({ holders = [] }) => holders);
    const resources = features.flatMap(({ resources = [] }) => resources);
    this.resources = new Map(resources.map((resource) => [resource.type, resource]));
  }

  /** @returns undefined if things of this type have no ids that tell their workspace. */
  resource(type: string): ResourceTable | undefined {
    return this.resources.get(type);
  }

  /** The table of the workspaces. */
  get workspaces(): string {
    const workspaces = this.resources.get('workspace');
    if (!workspaces) throw new Error('No feature has workspaces.');
    return workspaces.table;
  }

  holder(type: HolderTable['type']): HolderTable {
    const table = this.holders.find((holder) => holder.type === type);
    if (!table) throw new Error(`No feature has holders of the type ${type}.`);
    return table;
  }
}
