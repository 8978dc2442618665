import type { Type } from '@nestjs/common';
import { RequestPipe } from '../common/request.pipe.js';
import { SecretScanner } from '../common/secret-scanner.js';
import type { Environment } from '../config/environment.js';

/**
 * What was typed, held to the rules that the API has for the same input. Options that were not given are absent.
 *
 * @throws {RequestInvalidError} with the API's own message.
 */
export async function readInput<T extends object>(
  type: Type<T>,
  values: { [Field in keyof T]?: unknown },
  { operatorKey }: Environment,
): Promise<T> {
  const pipe = new RequestPipe(new SecretScanner(operatorKey ? [operatorKey] : []));
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return (await pipe.transform(given, { type: 'body', metatype: type })) as T;
}
