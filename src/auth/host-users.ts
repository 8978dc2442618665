import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { isId } from '../common/ids.js';
import { headerOf, type HttpRequest } from '../common/request.js';
import { PermissionSet } from './permission-set.js';
import type { HostUser } from './principal-resolver.js';
import { MembershipDirectory } from './ports.js';
import type { Identity } from './principal.js';

const LONGEST_ID = 255;

/** The users of the host, as the host's `principalResolver` knows them. */
@Injectable()
export class HostUsers {
  constructor(
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
    private readonly memberships: MembershipDirectory,
  ) {}

  /** @returns undefined if the request is from no user of the host. */
  async find(request: HttpRequest, context: ExecutionContext): Promise<Identity | undefined> {
    const user = await this.options.principalResolver?.(request, context);
    return user ? this.identityOf(user, headerOf(request, 'x-workspace-id')?.toLowerCase()) : undefined;
  }

  private async identityOf(user: HostUser, named: string | undefined): Promise<Identity> {
    const { id, display = id, workspaceId: own, permissions } = user;
    if (id === '' || id.length > LONGEST_ID || id.includes('\0') || !id.isWellFormed()) {
      throw new Error(`principalResolver must give users an id of 1 to ${LONGEST_ID} characters.`);
    }
    const asked = own ?? named;
    const identity = {
      type: 'user',
      id,
      display: display.toWellFormed().slice(0, LONGEST_ID),
      credentialId: id,
      rateLimit: null,
      owner: id,
    } as const;
    if (permissions) {
      const workspaceId = isId(asked) ? asked : null;
      return { ...identity, workspaceId, permissions: new PermissionSet(permissions), isVouchedFor: true };
    }
    const membership = asked === undefined || isId(asked) ? await this.memberships.find(id, asked) : undefined;
    if (membership === 'undecided') {
      return { ...identity, workspaceId: null, permissions: PermissionSet.none, undecided: true };
    }
    return { ...identity, ...(membership ?? { workspaceId: null, permissions: PermissionSet.none }) };
  }
}
