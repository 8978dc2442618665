import type { ExecutionContext } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { isId } from '../common/ids.js';
import { requestOf } from '../common/request.js';
import type { Target } from '../events/domain-event.js';

/** What a request is about, as far as its path says: the id in it, if it is one. */
export function targetsOf(context: ExecutionContext): Target[] {
  const { id } = (requestOf(context).params ?? {}) as { id?: unknown };
  const type = Reflect.getMetadata(PATH_METADATA, context.getClass()) as string;
  return isId(id) ? [{ type, id: id.toLowerCase(), display: '' }] : [];
}
