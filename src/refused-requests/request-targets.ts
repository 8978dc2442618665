import type { ExecutionContext } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { isId } from '../kernel/ids.js';
import { requestOf } from '../http/request.js';
import type { SecretScanner } from '../kernel/keys/secret-scanner.js';
import type { Target } from '../events/domain-event.js';
import { builtInRole } from '../identity/built-in-roles.js';
import { LONGEST_PERMISSION, PERMISSION_NAME } from '../identity/permission-name.js';

const LONGEST_ID = 255;
// A host's paths may be anything.
const RESOURCE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** What the paths of our own resources are about: the parameter, and what may be an id in it. */
const OURS: Readonly<Record<string, { parameter: string; isId: (text: string) => boolean }>> = {
  apikey: { parameter: 'id', isId },
  workspace: { parameter: 'id', isId },
  audit: { parameter: 'id', isId },
  role: { parameter: 'id', isId: (text) => isId(text) || builtInRole(text) !== undefined },
  member: { parameter: 'subject', isId: (text) => text.length <= LONGEST_ID && !text.includes('\0') },
  permission: { parameter: 'name', isId: (text) => text.length <= LONGEST_PERMISSION && PERMISSION_NAME.test(text) },
};

/**
 * What a request is about, as far as its path says. What is no id is shown in its place, where it can be erased; at a
 * host's routes only a UUID is taken for one.
 */
export function targetsOf(context: ExecutionContext, secrets: SecretScanner): Target[] {
  const type: unknown = Reflect.getMetadata(PATH_METADATA, context.getClass());
  if (typeof type !== 'string' || !RESOURCE.test(type)) return [];
  const ours = OURS[type];
  const text = (requestOf(context).params as Record<string, unknown> | undefined)?.[ours?.parameter ?? 'id'];
  if (typeof text !== 'string' || text === '') return [];
  const clean = secrets.redact(text.toWellFormed());
  const isUuid: boolean = isId(clean);
  if (isUuid) return [{ type, id: clean.toLowerCase(), display: '' }];
  if (!ours) return [];
  if (ours.isId(clean)) return [{ type, id: clean, display: '' }];
  return [{ type, id: '', display: clean.replaceAll('\0', '\ufffd').slice(0, LONGEST_ID).toWellFormed() }];
}
