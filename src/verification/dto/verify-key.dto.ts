import { ApiSchema } from '@nestjs/swagger';
import {
  Validate,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { GRANT_FORM, GRANT_RULE, LONGEST_PERMISSION } from '../../identity/permission-name.js';
import { isAddress } from '../../kernel/network/address.js';
import { Credential, Field, TextList, WholeNumber } from '../../input/fields.js';
import { HIGHEST_COST, IP_RULE, MOST_PERMISSIONS } from '../verification-request.js';

@ValidatorConstraint({ name: 'isIp' })
class IsIp implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isAddress(value);
  }

  defaultMessage({ property }: ValidationArguments): string {
    return `${property} must be ${IP_RULE}.`;
  }
}

@ApiSchema({ name: 'LatchkeyVerifyKey' })
export class VerifyKeyDto {
  @Credential({ max: 512, description: 'The key, as its user sent it.', example: 'lk_the-key-that-you-were-sent' })
  apiKey!: string;

  @TextList({
    optional: true,
    max: MOST_PERMISSIONS,
    maxLength: LONGEST_PERMISSION,
    form: { pattern: GRANT_FORM, rule: GRANT_RULE },
    description:
      'What it must be allowed to do, all of it: permissions by their names, or wildcards that it must hold whole.',
    example: ['orders:refund'],
  })
  permissions?: string[];

  @Field(
    {
      optional: true,
      description: 'The address its user called from, without a port. A key with allowedIps is refused without one.',
      example: '203.0.113.7',
    },
    { type: String },
    Validate(IsIp),
  )
  ip?: string;

  @WholeNumber({
    optional: true,
    min: 1,
    max: HIGHEST_COST,
    description: 'How much of the key’s rate limit this use takes; 1 if absent.',
    example: 1,
  })
  cost?: number;
}
