import { hash } from 'node:crypto';
import { networkOf } from '../kernel/network/network.js';
import type { Actor } from '../events/actor.js';
import type { DomainEvent } from '../events/domain-event.js';

export const ESCALATION = 'auth.escalation';

/** One refused or failed attempt, as the flood rule sees it. */
export interface Attempt {
  actor: Actor;
  event: DomainEvent;
  /** What kind of refusal it is. */
  kind: string;
  /** Who makes it: a credential, qualified by its type, or the network of the address. */
  source: string;
  /** What it is aimed at: the first target, or else the route; an escalation also at what the caller does not hold. */
  aim: string;
  route: string;
  /** The key it was made with, if that is known and was refused. */
  refusedKey: string | null;
  /** Whether it tells a workspace of an attempt that another trail has too. */
  isNotice: boolean;
}

export function attemptOf(
  actor: Actor,
  event: DomainEvent,
  { refusedKey = null, isNotice = false, source }: { refusedKey?: string | null; isNotice?: boolean; source?: string },
): Attempt {
  const { origin } = actor;
  const [target] = event.targets;
  const route = origin ? `${origin.method} ${origin.route}` : '';
  return {
    actor,
    event,
    kind: `${event.action} ${event.action === 'auth.failed' ? event.reason : event.errorCode}`,
    source: source ?? (actor.type === 'anonymous' ? networkOf(origin?.ip) : `${actor.type}:${actor.id}`),
    aim: `${target ? `${target.type}:${target.id}` : route}${event.errorCode === ESCALATION ? beyond(event) : ''}`,
    route,
    refusedKey,
    isNotice,
  };
}

/** The reason names what the caller does not hold: small attempts leave room for a great one. */
function beyond({ reason }: DomainEvent): string {
  return ` ${hash('sha256', reason ?? '', 'base64')}`;
}
