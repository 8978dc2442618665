import { ApiSchema } from '@nestjs/swagger';
import {
  Validate,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { GRANT_FORM, GRANT_RULE, LONGEST_PERMISSION } from '../../identity/permission-name.js';
import { isAddress } from '../../kernel/network/address.js';
import { Credential, Field, Nested, Text, TextList, WholeNumber } from '../../input/fields.js';
import { LONGEST_APPLICATION, LONGEST_USER_AGENT } from '../../usage/counting/named-client.js';
import {
  CLIENT_TEXT,
  CLIENT_TEXT_RULE,
  HIGHEST_COST,
  IP_RULE,
  MOST_PERMISSIONS,
  type VerificationClient,
} from '../verification-request.js';

@ValidatorConstraint({ name: 'isIp' })
class IsIp implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isAddress(value);
  }

  defaultMessage({ property }: ValidationArguments): string {
    return `${property} must be ${IP_RULE}.`;
  }
}

const CLIENT_FORM = { pattern: CLIENT_TEXT, rule: CLIENT_TEXT_RULE };

@ApiSchema({ name: 'LatchkeyVerificationClient', description: 'Who uses the key. Nothing of it is verified.' })
export class VerificationClientDto implements VerificationClient {
  @Text({
    optional: true,
    nullable: true,
    max: LONGEST_APPLICATION,
    form: CLIENT_FORM,
    description: 'The name of the application. Without it, the product of the user agent.',
    example: 'billing-worker',
  })
  application?: string | null;

  @Field(
    {
      optional: true,
      nullable: true,
      description: 'Its address, without a port. If absent, the `ip` of the request.',
      example: '203.0.113.7',
    },
    { type: String },
    Validate(IsIp),
  )
  ip?: string | null;

  @Text({
    optional: true,
    nullable: true,
    max: LONGEST_USER_AGENT,
    form: CLIENT_FORM,
    description: 'Its user agent.',
    example: 'billing-worker/2.1',
  })
  userAgent?: string | null;
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

  @Nested(() => VerificationClientDto, {
    optional: true,
    description: 'Who uses the key, for the report of its uses: the client that called you, not you.',
    example: { application: 'billing-worker', ip: '203.0.113.7', userAgent: 'billing-worker/2.1' },
  })
  client?: VerificationClientDto;

  @WholeNumber({
    optional: true,
    min: 1,
    max: HIGHEST_COST,
    description: 'How much of the key’s rate limit this use takes; 1 if absent.',
    example: 1,
  })
  cost?: number;
}
