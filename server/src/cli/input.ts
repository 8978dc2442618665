import type { Type } from '@nestjs/common';
import { InputChecker } from 'latchkey/internal/input/input-checker';
import { SecretScanner } from 'latchkey/internal/kernel/keys/secret-scanner';
import type { Environment } from '../config/environment.js';

/**
 * What was typed, held to the rules that the API has for the same input, before anything is opened. Options that were
 * not given are absent.
 *
 * @throws {RequestInvalidError} with the API's own message.
 */
export function readInput<T extends object>(
  type: Type<T>,
  values: { [Field in keyof T]?: unknown },
  { operatorKey, keyPrefix }: Environment,
): T {
  return new InputChecker(new SecretScanner(operatorKey ? [operatorKey] : [], [keyPrefix])).check(type, values);
}
