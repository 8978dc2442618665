/** Where a request came from, as the audit trail keeps it. All text is free of credentials. */
export interface RequestOrigin {
  /** The request's id, equal to its `X-Request-Id`. */
  id: string;
  method: string;
  /** The pattern of the route, never the path itself: a path may hold what a caller wrote. */
  route: string;
  ip: string | null;
  userAgent: string | null;
  /** The status that the route answers with when nothing goes wrong. */
  successStatus: number;
}

export type ActorType = 'apikey' | 'user' | 'operator' | 'system' | 'anonymous';

/** Who acts. The first argument of every command. */
export interface Actor {
  readonly type: ActorType;
  readonly id: string;
  /** A name for people; may be erased from the trail later, the id may not. */
  readonly display: string;
  /** The credential that was used, or null for none. */
  readonly credentialId: string | null;
  /** The workspace the actor acts in, or null for none. */
  readonly workspaceId: string | null;
  /** The request, or null when there is none (command line, the system itself). */
  readonly origin: RequestOrigin | null;
}
