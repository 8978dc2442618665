import { isId } from '../../kernel/ids.js';
import type { Eviction } from '../revocations.js';

/** The channel on which every instance hears of revocations; with the tables' prefix, like that of acknowledgements. */
export const REVOCATIONS_CHANNEL = 'latchkey_revocations';

/** Who sends what it waits for no acknowledgement of. */
export const NO_INSTANCE = '00000000-0000-0000-0000-000000000000';

/** What an instance tells all others. Holds ids only: whoever may LISTEN learns no secret and no hash. */
export interface RevocationMessage {
  /** Of the revocation, which is committed by then. */
  id: string;
  /** The session that waits for acknowledgements, and how it numbered this. */
  from: string;
  number: number;
  eviction: Eviction;
}

/** What an instance asks all others, and itself: whether they accept a key. */
export interface InspectionMessage {
  /** The session that waits for acknowledgements. */
  from: string;
  /** The id of the key. */
  inspect: string;
  /** What an instance acknowledges that accepts it. */
  accepted: number;
  /** What every instance acknowledges then. */
  number: number;
}

/** What an instance asks all others: to write down what they have counted until then. */
export interface WriteRequest {
  /** The session that waits for acknowledgements. */
  from: string;
  write: true;
  /** What an instance acknowledges that has. */
  number: number;
}

/** What an instance answers: which revocations of the addressee's it has carried out. */
export interface AcknowledgementMessage {
  from: string;
  numbers: number[];
}

/** The channel on which a session hears acknowledgements. */
export function acknowledgementsChannel(sessionId: string): string {
  return `latchkey_ack_${sessionId.replaceAll('-', '')}`;
}

/** @returns undefined for what is no such message: any client of the database can send on a channel. */
export function parseRevocation(payload: string | undefined): RevocationMessage | undefined {
  const message = parse(payload) as Partial<RevocationMessage> | undefined;
  if (!message || !isId(message.id) || !isId(message.from) || typeof message.number !== 'number') return undefined;
  const isEviction = Array.isArray(message.eviction) || message.eviction === 'everything';
  return isEviction ? (message as RevocationMessage) : undefined;
}

/** @returns undefined for what is no such message. */
export function parseInspection(payload: string | undefined): InspectionMessage | undefined {
  const message = parse(payload) as Partial<InspectionMessage> | undefined;
  if (!message || !isId(message.from) || !isId(message.inspect)) return undefined;
  const areNumbers = typeof message.accepted === 'number' && typeof message.number === 'number';
  return areNumbers ? (message as InspectionMessage) : undefined;
}

/** @returns undefined for what is no such message. */
export function parseWriteRequest(payload: string | undefined): WriteRequest | undefined {
  const message = parse(payload) as Partial<WriteRequest> | undefined;
  if (!message || !isId(message.from) || message.write !== true) return undefined;
  return typeof message.number === 'number' ? (message as WriteRequest) : undefined;
}

/** @returns undefined for what is no such message. */
export function parseAcknowledgement(payload: string | undefined): AcknowledgementMessage | undefined {
  const message = parse(payload) as Partial<AcknowledgementMessage> | undefined;
  if (!message || !isId(message.from)) return undefined;
  return Array.isArray(message.numbers) ? (message as AcknowledgementMessage) : undefined;
}

function parse(payload: string | undefined): unknown {
  try {
    const message = JSON.parse(payload ?? '') as unknown;
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
