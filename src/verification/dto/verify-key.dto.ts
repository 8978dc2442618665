import { ApiSchema } from '@nestjs/swagger';
import {
  Validate,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isAddress } from '../../common/address.js';
import { Credential, Field, TextList, WholeNumber } from '../../common/fields.js';

@ValidatorConstraint({ name: 'isIp' })
class IsIp implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isAddress(value);
  }

  defaultMessage({ property }: ValidationArguments): string {
    return `${property} must be an IPv4 or IPv6 address, without a port or a zone.`;
  }
}

@ApiSchema({ name: 'LatchkeyVerifyKey' })
export class VerifyKeyDto {
  @Credential({ max: 512, description: 'The key, as its user sent it.', example: 'lk_the-key-that-you-were-sent' })
  apiKey!: string;

  @TextList({
    optional: true,
    max: 100,
    maxLength: 100,
    description: 'What it must be allowed to do, all of it.',
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
    max: 1_000_000_000,
    description: 'How much of the key’s rate limit this use takes; 1 if absent.',
    example: 1,
  })
  cost?: number;
}
