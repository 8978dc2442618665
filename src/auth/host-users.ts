import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { headerOf, type HttpRequest } from '../common/request.js';
import { displayOf } from './display-of.js';
import { PermissionSet } from './permission-set.js';
import { MembershipDirectory, WorkspaceDirectory } from './ports.js';
import type { HostUser } from './principal-resolver.js';
import type { Identity } from './principal.js';

const LONGEST_ID = 255;

/** The users of the host, as the host's `principalResolver` knows them. */
@Injectable()
export class HostUsers {
  constructor(
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
    private readonly memberships: MembershipDirectory,
    private readonly workspaces: WorkspaceDirectory,
  ) {}

  /** @returns undefined if the request is from no user of the host. */
  async find(request: HttpRequest, context: ExecutionContext): Promise<Identity | undefined> {
    const user = await this.options.principalResolver?.(request, context);
    if (!user) return undefined;
    assertUsable(user);
    const { id, display, permissions } = user;
    const named = user.workspaceId ?? undefined;
    const workspaceId = named === undefined ? undefined : await this.workspaces.find(named);
    const unknownWorkspace = workspaceId === undefined ? named : undefined;
    const identity = {
      type: 'user',
      id,
      display: displayOf(display) || displayOf(id),
      credentialId: id,
      workspaceId: null,
      permissions: PermissionSet.none,
      rateLimit: null,
      owner: id,
      unknownWorkspace,
    } as const;
    if (!permissions) {
      return unknownWorkspace === undefined
        ? { ...identity, ...(await this.placeOf(id, workspaceId, headerOf(request, 'x-workspace-id'))) }
        : identity;
    }
    // What they may do is bounded by nothing that the store knows, and so neither are keys of theirs. And they say
    // nothing themselves about where they may do it: for that there is only the host's word.
    const vouched = { permissions: new PermissionSet(permissions), isVouchedFor: true, owner: null };
    return { ...identity, ...vouched, workspaceId: workspaceId ?? null };
  }

  /** @param workspaceId the workspace that the host names, before any that the request names */
  private async placeOf(
    id: string,
    workspaceId: string | undefined,
    named: string | undefined,
  ): Promise<Partial<Identity>> {
    const place = workspaceId ?? (named === undefined ? undefined : await this.workspaces.find(named));
    if (place === undefined && named !== undefined) return {};
    const membership = await this.memberships.find(id, place);
    return membership === 'undecided' ? { undecided: true } : { ...membership };
  }
}

function assertUsable({ id, workspaceId }: HostUser): void {
  if (!isUsableId(id)) {
    throw new Error(`principalResolver must give users an id that is a text of 1 to ${LONGEST_ID} characters.`);
  }
  if (workspaceId !== undefined && workspaceId !== null && !isUsableId(workspaceId)) {
    throw new Error(
      `principalResolver must give users the id or the externalId of a workspace, a text of 1 to ${LONGEST_ID} ` +
        'characters, or none.',
    );
  }
}

// An untyped host may give a number.
function isUsableId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_ID && !id.includes('\0') && id.isWellFormed();
}
