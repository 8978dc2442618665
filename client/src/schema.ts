// Generated from the OpenAPI document by `npm run client`; changes by hand are lost.

export interface paths {
  '/apikey': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the keys of the workspace. */
    get: operations['listApiKeys'];
    put?: never;
    /** Creates a key. Its secret is in this answer and nowhere else. */
    post: operations['createApiKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/apikey/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Gets one key; its secret stays masked. */
    get: operations['getApiKey'];
    /** Replaces the name and the permissions of a key. */
    put: operations['replaceApiKey'];
    post?: never;
    /** Deletes a key for good; when this answers, no instance accepts it any more. */
    delete: operations['deleteApiKey'];
    options?: never;
    head?: never;
    /** Changes what the body names of a key; enables and disables it. */
    patch: operations['updateApiKey'];
    trace?: never;
  };
  '/apikey/{id}/usage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reports who uses a key, how often, and for what. */
    get: operations['getApiKeyUsage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads the trail, newest first. */
    get: operations['listAuditRecords'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/audit/export': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Exports the trail, oldest first; that it was is on the trail. */
    get: operations['exportAuditRecords'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/audit/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Gets one record. */
    get: operations['getAuditRecord'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who am I, where, and what may I do there? */
    get: operations['getMe'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/member': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the members of the workspace. */
    get: operations['listMembers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/member/{subject}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Gets one member. */
    get: operations['getMember'];
    /** Adds a member, or replaces what a member holds. */
    put: operations['putMember'];
    post?: never;
    /** Removes a member, and orphans or deletes the keys bound to them. */
    delete: operations['removeMember'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/permission': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists all permissions, those of the workspace’s own applications too. */
    get: operations['listPermissions'];
    put?: never;
    /** Adds a permission of the workspace’s own applications. */
    post: operations['createPermission'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/permission/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Removes a permission of the workspace’s own applications that nothing grants. */
    delete: operations['deletePermission'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/role': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the roles: the built-in ones, then the workspace’s own. */
    get: operations['listRoles'];
    put?: never;
    /** Creates a role. */
    post: operations['createRole'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/role/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Gets one role, and how many hold it. */
    get: operations['getRole'];
    /** Replaces a role; or, as a dry run, answers who would gain or lose what. */
    put: operations['replaceRole'];
    post?: never;
    /** Deletes a role that nobody holds. */
    delete: operations['deleteRole'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Is this key acceptable, and may it do that? */
    post: operations['verifyApiKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/workspace': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists workspaces. */
    get: operations['listWorkspaces'];
    put?: never;
    /** Creates a workspace. */
    post: operations['createWorkspace'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/workspace/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Gets one workspace. */
    get: operations['getWorkspace'];
    put?: never;
    post?: never;
    /**
     * Deletes a workspace with its keys, roles, members and application permissions.
     * @description From the answer on none of its keys is accepted, the workspace is 404, and its `externalId` is free. What is stored of it is removed afterwards, with a record `apikey.deleted` for each key: within seconds for some thousands.
     */
    delete: operations['deleteWorkspace'];
    options?: never;
    head?: never;
    /** Changes a workspace. */
    patch: operations['updateWorkspace'];
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    ApiKey: {
      /**
       * Format: uuid
       * @description UUIDv7: sorts by time of creation.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * Format: uuid
       * @description The workspace the key belongs to.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      workspaceId: string;
      /**
       * @description Unique in the workspace.
       * @example Billing worker
       */
      keyName: string;
      /**
       * @description In full in the answer to its creation, and only there; else masked.
       * @example lk_3fGh…x9Qz
       */
      apiKey: string;
      /**
       * @description What was granted to it.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      permissions: string[];
      /**
       * @description The names of the roles it has.
       * @example []
       */
      roles: string[];
      /**
       * @description What it may do in all.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      effectivePermissions: string[];
      /**
       * @description What it is for.
       * @example Nightly export
       */
      description: string | null;
      /**
       * @description The addresses and ranges it may be used from. Empty: from anywhere.
       * @example []
       */
      allowedIps: string[];
      /**
       * @description How often it may be used. null: as often as it likes.
       * @example null
       */
      rateLimit: components['schemas']['RateLimit'] | null;
      /**
       * @description Anything of the caller’s own.
       * @example {
       *       "team": "billing"
       *     }
       */
      metadata: {
        [key: string]: unknown;
      };
      /**
       * @description false: refused until it is enabled again.
       * @example true
       */
      enabled: boolean;
      /**
       * @description Whether it is accepted now.
       * @example active
       * @enum {string}
       */
      status: 'active' | 'disabled' | 'expired' | 'orphaned';
      /**
       * Format: date-time
       * @description From when on it is refused. null: never.
       * @example null
       */
      expirationDate: string | null;
      /**
       * Format: date-time
       * @description When it was created.
       * @example 2030-01-31T12:00:00.000Z
       */
      createdDate: string;
      /**
       * Format: date-time
       * @description When it was last changed.
       * @example 2030-01-31T12:00:00.000Z
       */
      updatedDate: string;
      /** @description Who created it. */
      createdBy: components['schemas']['ApiKeyCreator'];
      /**
       * @description The member it is bound to; of an orphaned key, was. null: it is bound to no member.
       * @example null
       */
      owner: components['schemas']['ApiKeyOwner'] | null;
      /**
       * Format: date-time
       * @description When it was last accepted, at most a few seconds behind. null: never.
       * @example 2030-01-31T12:00:00.000Z
       */
      lastUsedDate: string | null;
      /**
       * @description The rotation in progress. null: none.
       * @example null
       */
      rotation: {
        [key: string]: unknown;
      } | null;
    };
    ApiKeyCreator: {
      /**
       * @description What the creator is.
       * @example operator
       * @enum {string}
       */
      type: 'apikey' | 'user' | 'operator' | 'system';
      /**
       * @description The id of the key, of the operator or of the person.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description The name at that time.
       * @example first
       */
      display: string;
    };
    ApiKeyOwner: {
      /**
       * @description What the owner is.
       * @example user
       * @enum {string}
       */
      type: 'user';
      /**
       * @description Who, in the words of the identity provider.
       * @example auth0|5f7c8ec7c33c6c004bbafe82
       */
      id: string;
    };
    AuditActor: {
      /**
       * @description Who acted. anonymous: a caller without an acceptable credential.
       * @example apikey
       * @enum {string}
       */
      type: 'apikey' | 'user' | 'operator' | 'system' | 'anonymous';
      /**
       * @description The id of the key, of the operator or of the person; else the type again.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description The name at that time. null once erased.
       * @example Billing worker
       */
      display: string | null;
      /**
       * @description The credential that was used.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      credentialId: string | null;
    };
    AuditChange: {
      /**
       * @description Which field.
       * @example keyName
       */
      field: string;
      /**
       * @description Its value before: any JSON value.
       * @example Old worker
       */
      before:
        | string
        | number
        | boolean
        | null
        | {
            [key: string]: unknown;
          }
        | unknown[];
      /**
       * @description Its value after: any JSON value.
       * @example null
       */
      after:
        | string
        | number
        | boolean
        | null
        | {
            [key: string]: unknown;
          }
        | unknown[];
    };
    AuditIntegrity: {
      /**
       * @description SHA-256 of the stored payload, hexadecimal.
       * @example e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
       */
      payloadHash: string;
      /**
       * @description null until sealed.
       * @example null
       */
      leafHash: string | null;
    };
    AuditPage: {
      /** @description Newest first. */
      data: components['schemas']['AuditRecord'][];
      /**
       * @description Send as cursor to continue, also after fewer records than asked for. null: there are no older ones.
       * @example null
       */
      nextCursor: string | null;
    };
    /** @description Who did what to which, when, from where, and how it ended. */
    AuditRecord: {
      /**
       * Format: uuid
       * @description UUIDv7: sorts by time.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description Its place in the sealed log. null until sealed.
       * @example null
       */
      sequence: number | null;
      /**
       * Format: uuid
       * @description null: it happened in no workspace.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      workspaceId: string | null;
      /**
       * @description What happened: `resource.happened`.
       * @example apikey.deleted
       */
      action: string;
      /**
       * Format: date-time
       * @description When the command began.
       * @example 2030-01-31T12:00:00.000Z
       */
      occurredDate: string;
      /**
       * Format: date-time
       * @description When the record was written.
       * @example 2030-01-31T12:00:00.000Z
       */
      recordedDate: string;
      /**
       * @description failure: allowed, but not carried out. denied: not allowed.
       * @example success
       * @enum {string}
       */
      outcome: 'success' | 'failure' | 'denied';
      /** @description Who. */
      actor: components['schemas']['AuditActor'];
      /** @description To what. */
      targets: components['schemas']['AuditTarget'][];
      /** @description What it was, and what it is. Empty once erased. */
      changes: components['schemas']['AuditChange'][];
      /**
       * @description Why: in the caller’s words, or the reason of the refusal. null once erased.
       * @example Left in a repository
       */
      reason: string | null;
      /** @description From where. null for what no request caused. */
      request: components['schemas']['AuditRequest'] | null;
      /**
       * @description The HTTP status of the answer.
       * @example 200
       */
      statusCode: number | null;
      /**
       * @description The code of the refusal.
       * @example null
       */
      errorCode: string | null;
      /** @description What proves that the record is unchanged. */
      integrity: components['schemas']['AuditIntegrity'];
    };
    AuditRequest: {
      /**
       * @description The X-Request-Id.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description The HTTP method.
       * @example DELETE
       */
      method: string;
      /**
       * @description The pattern of the route, without what the caller put in it.
       * @example /api/v1/apikey/:id
       */
      route: string;
      /**
       * @description The address. null once erased.
       * @example 203.0.113.7
       */
      ip: string | null;
      /**
       * @description The user agent. null once erased.
       * @example curl/8.5.0
       */
      userAgent: string | null;
    };
    AuditTarget: {
      /**
       * @description What kind of thing it was done to.
       * @example apikey
       */
      type: string;
      /**
       * @description Which one.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description Its name at that time. null once erased.
       * @example Old worker
       */
      display: string | null;
    };
    BoundKey: {
      /**
       * Format: uuid
       * @description The id of the key.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description Its name.
       * @example Billing worker
       */
      keyName: string;
    };
    Caller: {
      /**
       * @description What the caller is.
       * @example apikey
       * @enum {string}
       */
      type: 'apikey' | 'user' | 'operator';
      /**
       * @description The id of the key, of the operator, or the `sub` of the token.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description Its name.
       * @example Billing worker
       */
      display: string;
    };
    CreateApiKey: {
      /**
       * @description A name, unique in the workspace.
       * @example Billing worker
       */
      keyName: string;
      /**
       * @description What the key may do: names of the catalogue, `resource:*`, or `*`. No more than the caller may. At least one, unless roles are given.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      permissions?: string[];
      /**
       * @description Roles, by name or id, whose permissions the key has next to its own.
       * @example [
       *       "auditor"
       *     ]
       */
      roles?: string[];
      /**
       * @description What the key is for.
       * @example Nightly export
       */
      description?: string | null;
      /**
       * Format: date-time
       * @description From when on the key is refused; in the future. null: never.
       * @example 2030-01-31T12:00:00.000Z
       */
      expirationDate?: string | null;
      /**
       * @description The expiry, counted from now; instead of expirationDate.
       * @example 86400
       */
      expiresInSeconds?: number;
      /**
       * @description The addresses or CIDR ranges the key may be used from. Empty: from anywhere.
       * @example [
       *       "203.0.113.0/24",
       *       "2001:db8::/32"
       *     ]
       */
      allowedIps?: string[];
      /**
       * @description How often the key may be used. null: as often as it likes.
       * @example {
       *       "limit": 100,
       *       "windowSeconds": 60
       *     }
       */
      rateLimit?: components['schemas']['RateLimit'] | null;
      /**
       * @description Anything of your own, at most 8 KiB as JSON. Not for secrets.
       * @example {
       *       "team": "billing"
       *     }
       */
      metadata?: {
        [key: string]: unknown;
      };
      /**
       * @description The member the key is bound to, by their subject or as answered. null: none. Absent: the person who creates it, in person or by a key of theirs. Who is bound to a person must be an admin to name anything else.
       * @example auth0|5f7c8ec7c33c6c004bbafe82
       */
      owner?: (string | components['schemas']['ApiKeyOwner']) | null;
    };
    CreatePermission: {
      /**
       * @description resource:action.
       * @example orders:refund
       */
      name: string;
      /**
       * @description What it allows.
       * @example Refund an order
       */
      description: string;
    };
    CreateWorkspace: {
      /**
       * @description A name, for people. Several workspaces may have the same.
       * @example Acme
       */
      name: string;
      /**
       * @description Your own id of the tenant, unique, in visible ASCII. It names the workspace wherever its id does.
       * @example company-4711
       */
      externalId?: string;
    };
    DeleteResult: {
      /**
       * @description How many were deleted: always one.
       * @example 1
       */
      affected: number;
      /**
       * @description Always empty.
       * @example []
       */
      raw: unknown[];
    };
    DescendantKey: {
      /**
       * Format: uuid
       * @description The id of the key.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description Its name.
       * @example Billing worker, night shift
       */
      keyName: string;
    };
    /** @description The one body of every refusal. */
    ErrorBody: {
      /**
       * @description The HTTP status, again.
       * @example 404
       */
      statusCode: number;
      /**
       * @description Always false.
       * @example false
       * @enum {boolean}
       */
      success: false;
      /**
       * @description The name of the status.
       * @example Not Found
       */
      error: string;
      /**
       * @description What was wrong and the way out, for people.
       * @example The API key does not exist.
       */
      message: string;
      /**
       * @description Stable, for programs.
       * @example apikey.not_found
       * @enum {string}
       */
      code:
        | 'apikey.already_created'
        | 'apikey.conflict'
        | 'apikey.not_found'
        | 'apikey.used_since_review'
        | 'apikey.version_mismatch'
        | 'audit.not_found'
        | 'auth.escalation'
        | 'auth.permission_denied'
        | 'auth.unauthenticated'
        | 'idempotency.reused'
        | 'identity_provider.unavailable'
        | 'internal'
        | 'member.last_admin'
        | 'member.not_found'
        | 'operator.conflict'
        | 'operator.environment'
        | 'operator.last'
        | 'operator.not_found'
        | 'permission.conflict'
        | 'permission.in_use'
        | 'permission.not_found'
        | 'permission.unknown'
        | 'quota.exceeded'
        | 'rate_limit.exceeded'
        | 'request.expectation_failed'
        | 'request.headers_too_large'
        | 'request.id_required'
        | 'request.invalid'
        | 'request.precondition_failed'
        | 'request.range_not_satisfiable'
        | 'request.timeout'
        | 'request.too_large'
        | 'request.unsupported_media_type'
        | 'request.uri_too_long'
        | 'revocation.unconfirmed'
        | 'role.built_in'
        | 'role.conflict'
        | 'role.in_use'
        | 'role.not_found'
        | 'role.unknown'
        | 'route.not_found'
        | 'service.stopping'
        | 'store.in_use'
        | 'store.outcome_unknown'
        | 'store.unavailable'
        | 'usage.unknown'
        | 'workspace.ambiguous'
        | 'workspace.conflict'
        | 'workspace.not_found'
        | 'workspace.required';
      /**
       * @description The X-Request-Id of this answer.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      requestId: string;
      /** @description Each fault in the input. */
      details?: components['schemas']['FieldFault'][];
    };
    FieldFault: {
      /**
       * @description The field, as a dotted path.
       * @example keyName
       */
      field: string;
      /**
       * @description What is wrong with it.
       * @example keyName must have 1 to 100 characters.
       */
      message: string;
    };
    HolderQuota: {
      /**
       * @description The most there may be.
       * @example 200
       */
      limit: number;
    };
    Me: {
      /** @description The caller. */
      principal: components['schemas']['Caller'];
      /**
       * Format: uuid
       * @description null: in none.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      workspaceId: string | null;
      /**
       * @description What the caller may do there.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      permissions: string[];
    };
    Member: {
      /**
       * @description The `sub` of their tokens.
       * @example auth0|5f7c8ec7c33c6c004bbafe82
       */
      subject: string;
      /**
       * @description The names of their roles.
       * @example [
       *       "auditor"
       *     ]
       */
      roles: string[];
      /**
       * @description What was granted to them next to the roles.
       * @example []
       */
      permissions: string[];
      /**
       * @description What the member may do in all.
       * @example [
       *       "auditLogs:*"
       *     ]
       */
      effectivePermissions: string[];
      /**
       * Format: date-time
       * @description When they were added.
       * @example 2030-01-31T12:00:00.000Z
       */
      createdDate: string;
      /**
       * Format: date-time
       * @description When what they hold was last changed.
       * @example 2030-01-31T12:00:00.000Z
       */
      updatedDate: string;
    };
    MemberRemovalPreview: {
      /**
       * @description How many keys are bound to the member. The oldest 200 are named.
       * @example 1
       */
      total: number;
      /** @description The keys that would be orphaned. */
      orphaned: components['schemas']['BoundKey'][];
      /** @description The keys that would be deleted. */
      deleted: components['schemas']['BoundKey'][];
    };
    OtherUsage: {
      /**
       * @description How often their uses were accepted.
       * @example 12
       */
      uses: number;
      /**
       * @description How often their uses were refused.
       * @example 0
       */
      refused: number;
    };
    Permission: {
      /**
       * @description `resource:action`.
       * @example apikeys:view
       */
      name: string;
      /**
       * @description What it allows.
       * @example List and read API keys; never their secrets.
       */
      description: string;
      /**
       * @description Whether a key may carry it.
       * @example true
       */
      grantable: boolean;
    };
    PutMember: {
      /**
       * @description Roles, by name or id.
       * @example [
       *       "auditor"
       *     ]
       */
      roles?: string[];
      /**
       * @description Permissions next to those of the roles. No more than the caller may.
       * @example []
       */
      permissions?: string[];
    };
    PutRole: {
      /**
       * @description A name, unique in the workspace whatever its case.
       * @example Support
       */
      name: string;
      /**
       * @description What the role is for.
       * @example Answers customers
       */
      description?: string | null;
      /**
       * @description What its holders may do: names of the catalogue, `resource:*`, or `*`. No more than the caller may.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      permissions: string[];
    };
    Quota: {
      /**
       * @description The most there may be.
       * @example 100000
       */
      limit: number;
      /**
       * @description How many there are.
       * @example 42
       */
      used: number;
    };
    QuotaLimits: {
      /**
       * @description How many API keys the workspace may have. A number, or as answered.
       * @example 100000
       */
      keys?: number | components['schemas']['Quota'];
      /**
       * @description How many roles of its own. A number, or as answered.
       * @example 500
       */
      roles?: number | components['schemas']['Quota'];
      /**
       * @description How many members. A number, or as answered.
       * @example 100000
       */
      members?: number | components['schemas']['Quota'];
      /**
       * @description How many application permissions. A number, or as answered.
       * @example 1000
       */
      permissions?: number | components['schemas']['Quota'];
      /**
       * @description How many roles one key or member may have. A number, or as answered.
       * @example 20
       */
      rolesPerHolder?: number | components['schemas']['HolderQuota'];
      /**
       * @description How many permissions one role, key or member may have, not counting those of roles. A number, or as answered.
       * @example 200
       */
      permissionsPerHolder?: number | components['schemas']['HolderQuota'];
    };
    Quotas: {
      /** @description The API keys of the workspace. */
      keys: components['schemas']['Quota'];
      /** @description The roles of its own. */
      roles: components['schemas']['Quota'];
      /** @description The members. */
      members: components['schemas']['Quota'];
      /** @description The application permissions. */
      permissions: components['schemas']['Quota'];
      /** @description The roles of one key or member. */
      rolesPerHolder: components['schemas']['HolderQuota'];
      /** @description The permissions of one role, key or member, not counting those of roles. */
      permissionsPerHolder: components['schemas']['HolderQuota'];
    };
    RateLimit: {
      /**
       * @description How many uses a window.
       * @example 100
       */
      limit: number;
      /**
       * @description How long a window is.
       * @example 60
       */
      windowSeconds: number;
    };
    RefusedKey: {
      /**
       * @description false: refuse its user.
       * @example false
       * @enum {boolean}
       */
      valid: false;
      /**
       * @description Why. For you; tell its user none of it. Another workspace’s key is `not_found`.
       * @example insufficient_permissions
       * @enum {string}
       */
      code:
        | 'not_found'
        | 'deleted'
        | 'disabled'
        | 'expired'
        | 'orphaned'
        | 'insufficient_permissions'
        | 'ip_not_allowed'
        | 'rate_limited';
      /**
       * @description Those of the permissions that it lacks.
       * @example [
       *       "orders:refund"
       *     ]
       */
      missing?: string[];
      /**
       * @description With `rate_limited`: in how many seconds the running window ends. null: never, for this use costs more than the whole limit.
       * @example 30
       */
      retryAfterSeconds?: number | null;
    };
    ReplaceApiKey: {
      /**
       * @description A name, unique in the workspace.
       * @example Billing worker
       */
      keyName: string;
      /**
       * @description What the key may do: names of the catalogue, `resource:*`, or `*`. No more than the caller may. At least one, unless roles are given.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      permissions: string[];
    };
    Role: {
      /**
       * @description Of a built-in role, its name.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description Unique in the workspace.
       * @example Support
       */
      name: string;
      /**
       * @description What it is for.
       * @example Answers customers
       */
      description: string | null;
      /**
       * @description What its holders may do.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      permissions: string[];
      /**
       * @description Built-in roles can be neither changed nor deleted.
       * @example false
       */
      builtIn: boolean;
      /**
       * Format: date-time
       * @description When it was created. null: it is built in.
       * @example 2030-01-31T12:00:00.000Z
       */
      createdDate: string | null;
      /**
       * Format: date-time
       * @description When it was last changed. null: it is built in.
       * @example 2030-01-31T12:00:00.000Z
       */
      updatedDate: string | null;
    };
    RoleDetail: {
      /**
       * @description Of a built-in role, its name.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description Unique in the workspace.
       * @example Support
       */
      name: string;
      /**
       * @description What it is for.
       * @example Answers customers
       */
      description: string | null;
      /**
       * @description What its holders may do.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      permissions: string[];
      /**
       * @description Built-in roles can be neither changed nor deleted.
       * @example false
       */
      builtIn: boolean;
      /**
       * Format: date-time
       * @description When it was created. null: it is built in.
       * @example 2030-01-31T12:00:00.000Z
       */
      createdDate: string | null;
      /**
       * Format: date-time
       * @description When it was last changed. null: it is built in.
       * @example 2030-01-31T12:00:00.000Z
       */
      updatedDate: string | null;
      /** @description How many hold it. */
      heldBy: components['schemas']['RoleHolders'];
    };
    RoleEffect: {
      /**
       * @description What the holder is.
       * @example apikey
       * @enum {string}
       */
      type: 'apikey' | 'member';
      /**
       * @description The id of the key, or the subject of the member.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description Permissions that the holder gains.
       * @example [
       *       "apikeys:delete"
       *     ]
       */
      gains: string[];
      /**
       * @description Permissions that the holder loses.
       * @example []
       */
      loses: string[];
    };
    RoleHolders: {
      /**
       * @description How many API keys.
       * @example 2
       */
      keys: number;
      /**
       * @description How many members.
       * @example 1
       */
      members: number;
    };
    RolePreview: {
      /** @description The role as it would be. */
      role: components['schemas']['Role'];
      /** @description The keys and members whose permissions would change. */
      effects: components['schemas']['RoleEffect'][];
      /**
       * @description Whether all who hold the role were looked at: the first 100 members and the first 100 keys are.
       * @example true
       */
      complete: boolean;
    };
    /** @description Any subset; what is absent stays as it is. */
    UpdateApiKey: {
      /**
       * @description A name, unique in the workspace.
       * @example Billing worker
       */
      keyName?: string;
      /**
       * @description What the key may do: names of the catalogue, `resource:*`, or `*`. No more than the caller may. At least one, unless roles are given.
       * @example [
       *       "apikeys:view"
       *     ]
       */
      permissions?: string[];
      /**
       * @description Roles, by name or id, whose permissions the key has next to its own.
       * @example [
       *       "auditor"
       *     ]
       */
      roles?: string[];
      /**
       * @description What the key is for.
       * @example Nightly export
       */
      description?: string | null;
      /**
       * Format: date-time
       * @description From when on the key is refused; in the future. null: never.
       * @example 2030-01-31T12:00:00.000Z
       */
      expirationDate?: string | null;
      /**
       * @description The expiry, counted from now; instead of expirationDate.
       * @example 86400
       */
      expiresInSeconds?: number;
      /**
       * @description The addresses or CIDR ranges the key may be used from. Empty: from anywhere.
       * @example [
       *       "203.0.113.0/24",
       *       "2001:db8::/32"
       *     ]
       */
      allowedIps?: string[];
      /**
       * @description How often the key may be used. null: as often as it likes.
       * @example {
       *       "limit": 100,
       *       "windowSeconds": 60
       *     }
       */
      rateLimit?: components['schemas']['RateLimit'] | null;
      /**
       * @description Anything of your own, at most 8 KiB as JSON. Not for secrets.
       * @example {
       *       "team": "billing"
       *     }
       */
      metadata?: {
        [key: string]: unknown;
      };
      /**
       * @description false: the key is refused until it is enabled again.
       * @example true
       */
      enabled?: boolean;
      /**
       * @description The member to bind the key to, by their subject or as answered; so an orphaned key is accepted again. null, for admins: bound to none. No more than the caller may.
       * @example auth0|5f7c8ec7c33c6c004bbafe82
       */
      owner?: (string | components['schemas']['ApiKeyOwner']) | null;
    };
    UpdateWorkspace: {
      /**
       * @description A name, for people. Several workspaces may have the same.
       * @example Acme
       */
      name?: string;
      /**
       * @description Your own id of the tenant, unique, in visible ASCII. It names the workspace wherever its id does.
       * @example company-4712
       */
      externalId?: string | null;
      /**
       * @description The most that may be in the workspace. What is there already stays, also if it is more.
       * @example {
       *       "keys": 200000
       *     }
       */
      quotas?: components['schemas']['QuotaLimits'];
    };
    /** @description A client, as it says itself: nothing of it is verified. */
    UsageClient: {
      /**
       * @description Its `X-Application` header, or the product of its user agent. null: it named neither.
       * @example billing-worker
       */
      application: string | null;
      /**
       * @description Its address. null: not known.
       * @example 203.0.113.7
       */
      ip: string | null;
      /**
       * @description Its user agent. null: it named none.
       * @example billing-worker/2.1
       */
      userAgent: string | null;
      /**
       * @description Which secret of the key it used.
       * @example current
       * @enum {string}
       */
      secret: 'current' | 'previous';
      /**
       * Format: date-time
       * @description When it was first seen, whatever the period.
       * @example 2030-01-31T12:00:00.000Z
       */
      firstSeenDate: string;
      /**
       * Format: date-time
       * @description When it was last seen, whatever the period.
       * @example 2030-01-31T12:00:00.000Z
       */
      lastSeenDate: string;
      /**
       * @description How often its use was accepted.
       * @example 1840
       */
      uses: number;
      /**
       * @description How often its use was refused.
       * @example 3
       */
      refused: number;
      /**
       * @description The permissions that it used, whatever the period.
       * @example [
       *       "orders:refund"
       *     ]
       */
      permissions: string[];
    };
    UsagePoint: {
      /**
       * Format: date-time
       * @description When the minute, hour or day begins.
       * @example 2030-01-31T12:00:00.000Z
       */
      date: string;
      /**
       * @description How often the key was accepted in it.
       * @example 120
       */
      valid: number;
      /**
       * @description How often the key was refused in it.
       * @example 0
       */
      refused: number;
    };
    UsageReport: {
      /**
       * Format: uuid
       * @description The id of the key.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      keyId: string;
      /**
       * Format: date-time
       * @description Until when the uses on all instances are counted in.
       * @example 2030-01-31T12:00:00.000Z
       */
      asOf: string;
      /**
       * @description false: an instance ended without having written all that it counted in this period.
       * @example true
       */
      complete: boolean;
      /**
       * Format: date-time
       * @description After this moment, uses may be missing. null: the report is complete.
       * @example null
       */
      incompleteSince: string | null;
      /**
       * Format: date-time
       * @description When the period begins: `from`, at the start of its minute, hour or day. Up to three hours are told in minutes, for the last seven days; up to seven days in hours; else in days.
       * @example 2030-01-24T00:00:00.000Z
       */
      from: string;
      /**
       * Format: date-time
       * @description When it ends: `to`, at the end of its minute, hour or day.
       * @example 2030-02-01T00:00:00.000Z
       */
      to: string;
      /** @description What came of all verifications of the key in this period. */
      totals: components['schemas']['UsageTotals'];
      /**
       * Format: date-time
       * @description When the key was last accepted, whatever the period. null: never.
       * @example 2030-01-31T12:00:00.000Z
       */
      lastUsedDate: string | null;
      /** @description Who used it in this period: the 200 that were seen last, the last one first. */
      clients: components['schemas']['UsageClient'][];
      /**
       * @description Clients that are in the totals and not in the list, for there were more than 200 of a day or of the period. null: none.
       * @example null
       */
      otherClients: components['schemas']['OtherUsage'] | null;
      /** @description The permissions that it was asked for and had, in the last 90 days, whatever the period. */
      permissions: components['schemas']['UsedPermission'][];
      /**
       * @description Those that were granted to it, itself or by roles, and of which it used nothing in the last 90 days.
       * @example [
       *       "orders:cancel"
       *     ]
       */
      unusedPermissions: string[];
      /** @description The uses by minute, hour or day, oldest first; one without any is left out. */
      series: components['schemas']['UsagePoint'][];
      /** @description The keys that were created with this key and are still there: the oldest 200. */
      descendants: components['schemas']['DescendantKey'][];
    };
    UsageTotals: {
      /**
       * @description How often it was accepted.
       * @example 1840
       */
      valid: number;
      /**
       * @description How often it was refused for a permission that it lacks, or an address that it may not be used from.
       * @example 3
       */
      denied: number;
      /**
       * @description How often it was refused because it had expired.
       * @example 0
       */
      expired: number;
      /**
       * @description How often it was refused while it was disabled, or orphaned.
       * @example 0
       */
      disabled: number;
      /**
       * @description How often it was refused for its rate limit.
       * @example 0
       */
      rateLimited: number;
    };
    UsedPermission: {
      /**
       * @description The name of the permission.
       * @example orders:refund
       */
      name: string;
      /**
       * Format: date-time
       * @description When it was first asked for and granted.
       * @example 2030-01-31T12:00:00.000Z
       */
      firstUsedDate: string;
      /**
       * Format: date-time
       * @description When it was last asked for and granted.
       * @example 2030-01-31T12:00:00.000Z
       */
      lastUsedDate: string;
      /**
       * @description How often, since the first time.
       * @example 1840
       */
      uses: number;
    };
    ValidKey: {
      /**
       * @description true: act on its user’s behalf.
       * @example true
       * @enum {boolean}
       */
      valid: true;
      /**
       * Format: uuid
       * @description The id of the key.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      keyId: string;
      /**
       * Format: uuid
       * @description The workspace it belongs to.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      workspaceId: string;
      /**
       * @description Its name.
       * @example Billing worker
       */
      keyName: string;
      /**
       * @description What it may do, its roles and its owner considered.
       * @example [
       *       "orders:refund"
       *     ]
       */
      permissions: string[];
      /**
       * @description What it was given for you.
       * @example {
       *       "team": "billing"
       *     }
       */
      metadata: {
        [key: string]: unknown;
      };
      /**
       * Format: date-time
       * @description From when on it is refused; null: never.
       * @example 2030-01-31T12:00:00.000Z
       */
      expirationDate: string | null;
    };
    /** @description Who uses the key. Nothing of it is verified. */
    VerificationClient: {
      /**
       * @description The name of the application. Without it, the product of the user agent.
       * @example billing-worker
       */
      application?: string | null;
      /**
       * @description Its address, without a port. If absent, the `ip` of the request.
       * @example 203.0.113.7
       */
      ip?: string | null;
      /**
       * @description Its user agent.
       * @example billing-worker/2.1
       */
      userAgent?: string | null;
    };
    VerifyKey: {
      /**
       * @description The key, as its user sent it.
       * @example lk_the-key-that-you-were-sent
       */
      apiKey: string;
      /**
       * @description What it must be allowed to do, all of it: permissions by their names, or wildcards that it must hold whole.
       * @example [
       *       "orders:refund"
       *     ]
       */
      permissions?: string[];
      /**
       * @description The address its user called from, without a port. A key with allowedIps is refused without one.
       * @example 203.0.113.7
       */
      ip?: string;
      /**
       * @description Who uses the key, for the report of its uses: the client that called you, not you.
       * @example {
       *       "application": "billing-worker",
       *       "ip": "203.0.113.7",
       *       "userAgent": "billing-worker/2.1"
       *     }
       */
      client?: components['schemas']['VerificationClient'];
      /**
       * @description How much of the key’s rate limit this use takes; 1 if absent.
       * @example 1
       */
      cost?: number;
    };
    Workspace: {
      /**
       * Format: uuid
       * @description UUIDv7: sorts by time of creation.
       * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
       */
      id: string;
      /**
       * @description A name, for people.
       * @example Acme
       */
      name: string;
      /**
       * @description Your own id of the tenant.
       * @example company-4711
       */
      externalId: string | null;
      /**
       * Format: date-time
       * @description When it was created.
       * @example 2030-01-31T12:00:00.000Z
       */
      createdDate: string;
      /**
       * Format: date-time
       * @description When it was last changed.
       * @example 2030-01-31T12:00:00.000Z
       */
      updatedDate: string;
      /** @description The most that may be in the workspace, and how much there is. */
      quotas: components['schemas']['Quotas'];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: {
    /**
     * @description The id of the request: the caller’s own if it sent an acceptable one, else a new one.
     * @example 0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11
     */
    'X-Request-Id': string;
  };
  pathItems: never;
}
export type ApiKey = components['schemas']['ApiKey'];
export type ApiKeyCreator = components['schemas']['ApiKeyCreator'];
export type ApiKeyOwner = components['schemas']['ApiKeyOwner'];
export type AuditActor = components['schemas']['AuditActor'];
export type AuditChange = components['schemas']['AuditChange'];
export type AuditIntegrity = components['schemas']['AuditIntegrity'];
export type AuditPage = components['schemas']['AuditPage'];
export type AuditRecord = components['schemas']['AuditRecord'];
export type AuditRequest = components['schemas']['AuditRequest'];
export type AuditTarget = components['schemas']['AuditTarget'];
export type BoundKey = components['schemas']['BoundKey'];
export type Caller = components['schemas']['Caller'];
export type CreateApiKey = components['schemas']['CreateApiKey'];
export type CreatePermission = components['schemas']['CreatePermission'];
export type CreateWorkspace = components['schemas']['CreateWorkspace'];
export type DeleteResult = components['schemas']['DeleteResult'];
export type DescendantKey = components['schemas']['DescendantKey'];
export type ErrorBody = components['schemas']['ErrorBody'];
export type FieldFault = components['schemas']['FieldFault'];
export type HolderQuota = components['schemas']['HolderQuota'];
export type Me = components['schemas']['Me'];
export type Member = components['schemas']['Member'];
export type MemberRemovalPreview = components['schemas']['MemberRemovalPreview'];
export type OtherUsage = components['schemas']['OtherUsage'];
export type Permission = components['schemas']['Permission'];
export type PutMember = components['schemas']['PutMember'];
export type PutRole = components['schemas']['PutRole'];
export type Quota = components['schemas']['Quota'];
export type QuotaLimits = components['schemas']['QuotaLimits'];
export type Quotas = components['schemas']['Quotas'];
export type RateLimit = components['schemas']['RateLimit'];
export type RefusedKey = components['schemas']['RefusedKey'];
export type ReplaceApiKey = components['schemas']['ReplaceApiKey'];
export type Role = components['schemas']['Role'];
export type RoleDetail = components['schemas']['RoleDetail'];
export type RoleEffect = components['schemas']['RoleEffect'];
export type RoleHolders = components['schemas']['RoleHolders'];
export type RolePreview = components['schemas']['RolePreview'];
export type UpdateApiKey = components['schemas']['UpdateApiKey'];
export type UpdateWorkspace = components['schemas']['UpdateWorkspace'];
export type UsageClient = components['schemas']['UsageClient'];
export type UsagePoint = components['schemas']['UsagePoint'];
export type UsageReport = components['schemas']['UsageReport'];
export type UsageTotals = components['schemas']['UsageTotals'];
export type UsedPermission = components['schemas']['UsedPermission'];
export type ValidKey = components['schemas']['ValidKey'];
export type VerificationClient = components['schemas']['VerificationClient'];
export type VerifyKey = components['schemas']['VerifyKey'];
export type Workspace = components['schemas']['Workspace'];
export type HeaderXRequestId = components['headers']['X-Request-Id'];
export type $defs = Record<string, never>;
export interface operations {
  listApiKeys: {
    parameters: {
      query?: {
        /** @description Which page, from 1. */
        page?: number;
        /** @description How many a page. */
        limit?: number;
        /** @description Words, in any case: each must begin a word of the name. Words are made of letters and digits; a search without any finds nothing. */
        search?: string;
        /** @description Only keys in this state. */
        status?: 'active' | 'disabled' | 'expired' | 'orphaned';
        /** @description The order; `-` for descending. A name sorts by its words. */
        sort?:
          | 'keyName'
          | '-keyName'
          | 'createdDate'
          | '-createdDate'
          | 'updatedDate'
          | '-updatedDate'
          | 'expirationDate'
          | '-expirationDate'
          | 'lastUsedDate'
          | '-lastUsedDate';
      };
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The rows; or, when both page and limit are given, the rows with their total. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description How many there are in all.
           * @example 1
           */
          'X-Total-Count': number;
          /**
           * @description The first, previous, next and last page (RFC 8288); not the last where it is not known. They name page and limit, so what they lead to has the total in its body.
           * @example </api/v1/apikey?page=1&limit=50>; rel="first", </api/v1/apikey?page=1&limit=50>; rel="last"
           */
          Link: string;
          /** @description There if not all that match were counted: `gte`, the total is that or more. */
          'X-Total-Count-Relation'?: 'gte';
          [name: string]: unknown;
        };
        content: {
          'application/json':
            | components['schemas']['ApiKey'][]
            | {
                /**
                 * @description How many there are in all.
                 * @example 1
                 */
                total: number;
                /**
                 * @description There if not all that match were counted: `gte`, the total is that or more.
                 * @example gte
                 * @enum {string}
                 */
                totalRelation?: 'gte';
                data: components['schemas']['ApiKey'][];
              };
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  createApiKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description A repeat of the request under the same value within 24 hours creates no second key; another request under it is refused. */
        'Idempotency-Key'?: string;
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateApiKey'];
      };
    };
    responses: {
      /** @description The key, with its secret in `apiKey`. */
      201: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description The version of the key, for If-Match.
           * @example "1"
           */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKey'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  getApiKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the key. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The key. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description The version of the key, for If-Match.
           * @example "1"
           */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKey'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  replaceApiKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag of the key as it was read; 412 if it has changed since. */
        'If-Match'?: string;
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the key. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ReplaceApiKey'];
      };
    };
    responses: {
      /** @description The key as it is now. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description The version of the key, for If-Match.
           * @example "1"
           */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKey'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  deleteApiKey: {
    parameters: {
      query?: {
        /** @description Why; goes into the audit record. */
        reason?: string;
      };
      header?: {
        /** @description The ETag of the key as it was read; 412 if it has changed since. Or the ETag of the report of its usage; 412 if it was used since. */
        'If-Match'?: string;
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the key. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The key is deleted. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeleteResult'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  updateApiKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag of the key as it was read; 412 if it has changed since. */
        'If-Match'?: string;
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the key. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateApiKey'];
      };
    };
    responses: {
      /** @description The key as it is now. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description The version of the key, for If-Match.
           * @example "1"
           */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKey'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  getApiKeyUsage: {
    parameters: {
      query?: {
        /** @description Since when; without it, 90 days before now, which is as long as uses are kept. */
        from?: string;
        /** @description Until when; without it, now. */
        to?: string;
      };
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the key. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The report, with all uses until `asOf`. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description Changes with every verification of the key, whatever came of it: in If-Match, it makes a deletion of the key conditional.
           * @example "u1843"
           */
          ETag: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UsageReport'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  listAuditRecords: {
    parameters: {
      query?: {
        /** @description What happened. */
        action?: string;
        /** @description Who did it; a UUID in any case. */
        actorId?: string;
        /** @description What it was done to: any target of the record; a UUID in any case. */
        targetId?: string;
        /** @description How it ended. */
        outcome?: 'success' | 'failure' | 'denied';
        /** @description Not before this moment. */
        from?: string;
        /** @description Before this moment. */
        to?: string;
        /** @description How many at most. */
        limit?: number;
        /** @description Continue after an earlier answer: its nextCursor. */
        cursor?: string;
      };
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. `*`: every workspace, for operators. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The records. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuditPage'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  exportAuditRecords: {
    parameters: {
      query?: {
        /** @description What happened. */
        action?: string;
        /** @description Who did it; a UUID in any case. */
        actorId?: string;
        /** @description What it was done to: any target of the record; a UUID in any case. */
        targetId?: string;
        /** @description How it ended. */
        outcome?: 'success' | 'failure' | 'denied';
        /** @description Not before this moment. */
        from?: string;
        /** @description Before this moment. */
        to?: string;
        /** @description One JSON object a line. */
        format?: 'ndjson';
      };
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. `*`: every workspace, for operators. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One record a line. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description Makes a browser save it as a file.
           * @example attachment; filename="audit.ndjson"
           */
          'Content-Disposition': string;
          [name: string]: unknown;
        };
        content: {
          'application/x-ndjson': string;
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  getAuditRecord: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. `*`: every workspace, for operators. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the record. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The record. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuditRecord'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  getMe: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The caller. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Me'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  listMembers: {
    parameters: {
      query?: {
        /** @description Which page, from 1. */
        page?: number;
        /** @description How many a page. */
        limit?: number;
      };
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The rows; or, when both page and limit are given, the rows with their total. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description How many there are in all.
           * @example 1
           */
          'X-Total-Count': number;
          /**
           * @description The first, previous, next and last page (RFC 8288); not the last where it is not known. They name page and limit, so what they lead to has the total in its body.
           * @example </api/v1/apikey?page=1&limit=50>; rel="first", </api/v1/apikey?page=1&limit=50>; rel="last"
           */
          Link: string;
          [name: string]: unknown;
        };
        content: {
          'application/json':
            | components['schemas']['Member'][]
            | {
                /**
                 * @description How many there are in all.
                 * @example 1
                 */
                total: number;
                data: components['schemas']['Member'][];
              };
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  getMember: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The `sub` of the person’s tokens. */
        subject: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The member. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Member'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  putMember: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The `sub` of the person’s tokens. */
        subject: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PutMember'];
      };
    };
    responses: {
      /** @description The member as it is now. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Member'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  removeMember: {
    parameters: {
      query?: {
        /** @description delete: delete the keys that are bound to the member too. Absent: they stay, orphaned and refused. */
        keys?: 'delete';
        /** @description true: change nothing, and answer which keys would be orphaned or deleted. */
        dryRun?: 'true' | 'false';
      };
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The `sub` of the person’s tokens. */
        subject: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The member is removed. The keys that were bound to them are refused from this answer on, also once the member is added again. Of a dry run, the keys that would be orphaned or deleted. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeleteResult'] | components['schemas']['MemberRemovalPreview'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  listPermissions: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The catalogue. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Permission'][];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  createPermission: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreatePermission'];
      };
    };
    responses: {
      /** @description The permission. */
      201: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Permission'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  deletePermission: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description Its name. */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The permission is removed. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeleteResult'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  listRoles: {
    parameters: {
      query?: {
        /** @description Which page, from 1. */
        page?: number;
        /** @description How many a page. */
        limit?: number;
      };
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The rows; or, when both page and limit are given, the rows with their total. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description How many there are in all.
           * @example 1
           */
          'X-Total-Count': number;
          /**
           * @description The first, previous, next and last page (RFC 8288); not the last where it is not known. They name page and limit, so what they lead to has the total in its body.
           * @example </api/v1/apikey?page=1&limit=50>; rel="first", </api/v1/apikey?page=1&limit=50>; rel="last"
           */
          Link: string;
          [name: string]: unknown;
        };
        content: {
          'application/json':
            | components['schemas']['Role'][]
            | {
                /**
                 * @description How many there are in all.
                 * @example 1
                 */
                total: number;
                data: components['schemas']['Role'][];
              };
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  createRole: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PutRole'];
      };
    };
    responses: {
      /** @description The role. */
      201: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Role'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  getRole: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the role; of a built-in one, its name. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The role. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RoleDetail'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  replaceRole: {
    parameters: {
      query?: {
        /** @description true: change nothing, and answer who would gain or lose which permission. */
        dryRun?: 'true' | 'false';
      };
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the role; of a built-in one, its name. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PutRole'];
      };
    };
    responses: {
      /** @description The role as it is now; of a dry run, what would change. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Role'] | components['schemas']['RolePreview'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  deleteRole: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path: {
        /** @description The id of the role; of a built-in one, its name. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The role is deleted. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeleteResult'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  verifyApiKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one. */
        'X-Workspace-Id'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['VerifyKey'];
      };
    };
    responses: {
      /** @description It is, or why it is not. A key that has been deleted or narrowed is refused from the answer on. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ValidKey'] | components['schemas']['RefusedKey'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  listWorkspaces: {
    parameters: {
      query?: {
        /** @description Which page, from 1. */
        page?: number;
        /** @description How many a page. */
        limit?: number;
        /** @description Only the workspace with this externalId. */
        externalId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The rows; or, when both page and limit are given, the rows with their total. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          /**
           * @description How many there are in all.
           * @example 1
           */
          'X-Total-Count': number;
          /**
           * @description The first, previous, next and last page (RFC 8288); not the last where it is not known. They name page and limit, so what they lead to has the total in its body.
           * @example </api/v1/apikey?page=1&limit=50>; rel="first", </api/v1/apikey?page=1&limit=50>; rel="last"
           */
          Link: string;
          [name: string]: unknown;
        };
        content: {
          'application/json':
            | components['schemas']['Workspace'][]
            | {
                /**
                 * @description How many there are in all.
                 * @example 1
                 */
                total: number;
                data: components['schemas']['Workspace'][];
              };
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  createWorkspace: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateWorkspace'];
      };
    };
    responses: {
      /** @description The workspace. */
      201: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Workspace'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  getWorkspace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The id of the workspace. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The workspace. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Workspace'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  deleteWorkspace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The id of the workspace. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The workspace is deleted; none of its keys is accepted any more. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeleteResult'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
  updateWorkspace: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The id of the workspace. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateWorkspace'];
      };
    };
    responses: {
      /** @description The workspace as it is now. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Workspace'];
        };
      };
      /** @description A refusal; its `code` says why. */
      default: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ErrorBody'];
        };
      };
    };
  };
}
