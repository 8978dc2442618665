import { applyDecorators } from '@nestjs/common';
import {
  Validate,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';
import {
  JsonObject,
  Moment,
  Name,
  Nested,
  Text,
  TextList,
  WholeNumber,
  type FieldOptions,
} from '../../input/fields.js';
import { isIpRange } from '../../kernel/network/ip-ranges.js';
import { OwnerDto } from './owner.dto.js';
import { RateLimitDto } from './rate-limit.dto.js';

/** The fields of a key, once for every DTO that has them. */
type Presence = Pick<FieldOptions, 'optional' | 'nullable'>;

const TEN_YEARS_IN_SECONDS = 315_360_000;

export const KeyName = (presence: Presence = {}) =>
  Name({
    ...presence,
    description: 'A name, unique in the workspace.',
    example: 'Billing worker',
  });

export const KeyPermissions = (options: Presence & { min?: number } = {}) =>
  TextList({
    min: 1,
    ...options,
    max: 200,
    maxLength: 100,
    description:
      'What the key may do: names of the catalogue, `resource:*`, or `*`. No more than the caller may. At least one, unless roles are given.',
    example: ['apikeys:view'],
  });

export const KeyRoles = () =>
  TextList({
    optional: true,
    max: 20,
    maxLength: 100,
    description: 'Roles, by name or id, whose permissions the key has next to its own.',
    example: ['auditor'],
  });

const OWNER = {
  optional: true,
  nullable: true,
  max: 255,
  example: 'auth0|5f7c8ec7c33c6c004bbafe82',
  answered: {
    type: OwnerDto,
    members: ['type', 'id'],
    valueOf: (owner: Record<string, unknown>) => (owner['type'] === 'user' ? owner['id'] : undefined),
  },
};

export const KeyOwner = () =>
  Text({
    ...OWNER,
    description:
      'The member the key is bound to, by their subject or as answered. null: none. Absent: the person who creates it, in person or by a key of theirs. Who is bound to a person must be an admin to name anything else.',
  });

export const KeyNewOwner = () =>
  Text({
    ...OWNER,
    description:
      'The member to bind the key to, by their subject or as answered; so an orphaned key is accepted again. null, for admins: bound to none. No more than the caller may.',
  });

export const KeyDescription = () =>
  Text({ optional: true, nullable: true, max: 500, description: 'What the key is for.', example: 'Nightly export' });

export const KeyExpirationDate = () =>
  Moment({
    optional: true,
    nullable: true,
    description: 'From when on the key is refused; in the future. null: never.',
    example: '2030-01-31T12:00:00.000Z',
  });

export const KeyExpiresInSeconds = () =>
  WholeNumber({
    optional: true,
    min: 1,
    max: TEN_YEARS_IN_SECONDS,
    description: 'The expiry, counted from now; instead of expirationDate.',
    example: 86_400,
  });

export const KeyAllowedIps = () =>
  applyDecorators(
    TextList({
      optional: true,
      max: 100,
      maxLength: 49,
      description: 'The addresses or CIDR ranges the key may be used from. Empty: from anywhere.',
      example: ['203.0.113.0/24', '2001:db8::/32'],
    }),
    Validate(IsIpRange, { each: true }),
  );

export const KeyRateLimit = () =>
  Nested(() => RateLimitDto, {
    optional: true,
    nullable: true,
    description: 'How often the key may be used. null: as often as it likes.',
    example: { limit: 100, windowSeconds: 60 },
  });

export const KeyMetadata = () =>
  JsonObject({
    optional: true,
    maxBytes: 8192,
    description: 'Anything of your own, at most 8 KiB as JSON. Not for secrets.',
    example: { team: 'billing' },
  });

@ValidatorConstraint({ name: 'isIpRange' })
class IsIpRange implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isIpRange(value);
  }

  defaultMessage({ property }: ValidationArguments): string {
    return `each item of ${property} must be an IPv4 or IPv6 address or CIDR range, such as 203.0.113.0/24.`;
  }
}
