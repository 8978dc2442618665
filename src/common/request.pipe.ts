import { Injectable, type ArgumentMetadata, type PipeTransform, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { credentialsOf } from './fields.js';
import { RequestInvalidError, type FieldFault } from './latchkey-error.js';
import { SecretScanner } from './secret-scanner.js';
import { refuseUnsafeInput } from './unsafe-input.js';

const MOST_FAULTS = 20;

/**
 * Checks bodies and queries of our routes: unsafe input first, then each field against its DTO. Unknown fields are
 * refused, never dropped. Path parameters pass: a malformed id is an unknown one, a matter of the service.
 */
@Injectable()
export class RequestPipe implements PipeTransform {
  private readonly validation = new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new RequestInvalidError(summarised(errors.flatMap((error) => faultsOf(error)))),
  });

  constructor(private readonly secrets: SecretScanner) {}

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'body' && metadata.type !== 'query') return value;
    if (metadata.type === 'body' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new RequestInvalidError([{ field: 'body', message: 'The body must be a JSON object.' }]);
    }
    refuseUnsafeInput(value, this.secrets, metadata.metatype && credentialsOf(metadata.metatype.prototype as object));
    return this.validation.transform(value, metadata);
  }
}

/** Thousands of unknown fields fit into a body; the answer and its record on the trail stay short. */
function summarised(faults: FieldFault[]): FieldFault[] {
  const [first] = faults.slice(MOST_FAULTS);
  if (!first) return faults;
  const message = `${faults.length - MOST_FAULTS} more fields are wrong.`;
  return [...faults.slice(0, MOST_FAULTS), { field: first.field, message }];
}

function faultsOf(error: ValidationError, parent = ''): FieldFault[] {
  const field = parent ? `${parent}.${error.property}` : error.property;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field,
    message:
      rule === 'whitelistValidation'
        ? `${field} is not a known field; remove it.`
        : message.replace(error.property, field),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, field))];
}
