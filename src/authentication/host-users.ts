import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { headerOf, type HttpRequest } from '../http/request.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import { displayOf } from '../identity/display-of.js';
import { PermissionSet } from '../identity/permission-set.js';
import { MembershipDirectory, WorkspaceDirectory } from '../identity/ports.js';
import type { HostUser } from '../identity/principal-resolver.js';
import type { Identity } from '../identity/principal.js';

const LONGEST_ID = 255;

/** The users of the host, as the host's `principalResolver` knows them. */
@Injectable()
export class HostUsers {
  constructor(
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
    private readonly memberships: MembershipDirectory,
    private readonly workspaces: WorkspaceDirectory,
    private readonly secrets: SecretScanner,
  ) {}

  /** Whether the host tells Latchkey who its users are. */
  get exist(): boolean {
    return this.options.principalResolver !== undefined;
  }

  /**
   * @returns undefined if the request is from no user of the host.
   * @throws {TypeError} naming the field, if what the host gives is no user.
   */
  async find(request: HttpRequest, context: ExecutionContext): Promise<Identity | undefined> {
    const user = await this.options.principalResolver?.(request, context);
    if (!user) return undefined;
    const { id, display, workspaceId: named, permissions } = usable(user);
    if (this.secrets.redact(id) !== id) throw fault('id', 'no credential: it stays on the trail');
    const workspaceId = named === undefined ? undefined : await this.workspaces.find(named);
    const unknownWorkspace = workspaceId === undefined ? named : undefined;
    const identity = {
      type: 'user',
      id,
      display: displayOf(display, this.secrets) || displayOf(id, this.secrets),
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

/** What the host says of a user, in the types that it is to have. */
type UsableUser = Pick<HostUser, 'id' | 'permissions'> & {
  display: string | undefined;
  workspaceId: string | undefined;
};

// A host may be without types. A number is the text that it is in the host's own URLs; all else may be anybody.
function usable(user: HostUser): UsableUser {
  if (typeof user !== 'object') throw fault('a user', 'an object, or nothing');
  const id = textOf(user.id);
  if (!isUsableId(id)) throw fault('id', `a text of 1 to ${LONGEST_ID} characters, or a whole number`);
  const workspaceId = textOf(user.workspaceId) ?? undefined;
  if (workspaceId !== undefined && !isUsableId(workspaceId)) {
    throw fault(
      'workspaceId',
      `the id or the externalId of a workspace, a text of 1 to ${LONGEST_ID} characters or a whole number, or nothing`,
    );
  }
  const display = textOf(user.display) ?? undefined;
  if (display !== undefined && typeof display !== 'string') throw fault('display', 'a text, or nothing');
  const permissions = user.permissions ?? undefined;
  if (permissions !== undefined && !areTexts(permissions)) throw fault('permissions', 'an array of texts, or nothing');
  return { id, display, workspaceId, permissions };
}

/** A fault of the host's code, which its log tells and no caller learns. */
function fault(field: string, rule: string): TypeError {
  return new TypeError(`What principalResolver gives is no user: ${field} must be ${rule}.`);
}

function textOf(value: unknown): unknown {
  return Number.isSafeInteger(value) || typeof value === 'bigint' ? String(value) : value;
}

function isUsableId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_ID && !id.includes('\0') && id.isWellFormed();
}

function areTexts(values: unknown): boolean {
  return Array.isArray(values) && Array.from<unknown>(values).every((value) => typeof value === 'string');
}
