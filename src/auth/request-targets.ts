import type { ExecutionContext } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { isId } from '../common/ids.js';
import { requestOf } from '../common/request.js';
import type { Target } from '../events/domain-event.js';

// A host's paths may be anything.
const RESOURCE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** What a request is about, as far as its path says: the id in it, if it is one. */
export function targetsOf(context: ExecutionContext): Target[] {
  const { id } = (requestOf(context).params ?? {}) as { id?: unknown };
  const type: unknown = Reflect.getMetadata(PATH_METADATA, context.getClass());
  return isId(id) && typeof type === 'string' && RESOURCE.test(type)
    ? [{ type, id: id.toLowerCase(), display: '' }]
    : [];
}
