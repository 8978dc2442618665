import type { Random } from '../random.js';
import { uniqueName } from '../../support/service.js';
import type { Cluster } from './cluster.js';
import type { Commander } from './commander.js';
import type { Examiner } from './examiner.js';
import type { Facet } from './history.js';
import type { Recorder } from './recorder.js';
import { TestedKey } from './tested-key.js';

/** What the keys of the tests may do. The second is what is taken from them. */
export const KEPT = 'apikeys:view';
export const TAKEN = 'roles:view';
export const BOTH = [KEPT, TAKEN] as const;

interface NewKey {
  workspaceId?: string;
  permissions?: readonly string[];
  roles?: readonly string[];
  /** The token of its owner. */
  token?: string;
  /** What it may do in all, and what else that depends on. */
  effective?: readonly string[];
  given?: (permission: string) => Facet | undefined;
}

/** Everything that a plot needs. */
export class Stage {
  constructor(
    readonly cluster: Cluster,
    readonly recorder: Recorder,
    readonly random: Random,
    readonly commander: Commander,
    readonly examiner: Examiner,
    private readonly workspaces: readonly string[],
  ) {}

  /**
   * One of a few workspaces. A command holds its workspace's row while it runs: whoever is paused just then holds up
   * the others there, and nowhere else.
   */
  anyWorkspace(): string {
    return this.random.pick(this.workspaces);
  }

  async createKey({
    workspaceId = this.anyWorkspace(),
    token,
    effective,
    given,
    ...grants
  }: NewKey = {}): Promise<TestedKey> {
    const { permissions = grants.roles ? undefined : BOTH, roles } = grants;
    const body = { keyName: uniqueName('Key'), permissions, roles };
    const { id, apiKey } = await this.commander.create({ method: 'POST', path: '/apikey', body, workspaceId, token });
    return new TestedKey(String(id), String(apiKey), workspaceId, effective ?? BOTH, given);
  }
}
