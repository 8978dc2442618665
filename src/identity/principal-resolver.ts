import type { ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../http/request.js';

/** A user of the host's own. */
export interface HostUser {
  /** Who it is, for ever: at most 255 characters, and no credential. The `subject` of a member. */
  id: string;
  /**
   * A name or an address to show. Credentials in it are masked, and it is cut to 255 characters.
   *
   * @default the id
   */
  display?: string | null;
  /**
   * The workspace the user acts in, by its id or by its `externalId`: your own id of the tenant. A request that names
   * another is answered 404; one of a user whose workspace is not there yet, 412.
   *
   * @default the one that `X-Workspace-Id` names, or the only one, of those they are a member of; with `permissions`, none
   */
  workspaceId?: string | null;
  /**
   * What the user may do there: `resource:action`, `resource:*` or `*`. It is the host's word, whoever is a member; so a
   * key that the user creates outlives it, and is the host's to delete.
   *
   * @default what they may do as a member of the workspace
   */
  permissions?: readonly string[];
}

/**
 * Tells which user of the host's own a request is from; nobody if it is from none. Asked for requests without an API key
 * that is well-formed. What it throws is the answer.
 */
export type PrincipalResolver = (
  request: HttpRequest,
  context: ExecutionContext,
) => HostUser | null | undefined | Promise<HostUser | null | undefined>;
