import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_ID } from '../../http/documentation/api-examples.js';
import type { VerificationRefusal, VerificationResult } from '../key-verifier.js';

const CODES = [
  'not_found',
  'deleted',
  'disabled',
  'expired',
  'orphaned',
  'insufficient_permissions',
  'ip_not_allowed',
  'rate_limited',
] as const;

type Code = (typeof CODES)[number];

@ApiSchema({ name: 'LatchkeyValidKey' })
export class ValidKeyDto {
  @ApiProperty({ description: 'true: act on its user’s behalf.', type: Boolean, enum: [true], example: true })
  valid!: true;

  @ApiProperty({ description: 'The id of the key.', format: 'uuid', example: EXAMPLE_ID })
  keyId!: string;

  @ApiProperty({ description: 'The workspace it belongs to.', format: 'uuid', example: EXAMPLE_ID })
  workspaceId!: string;

  @ApiProperty({ description: 'Its name.', example: 'Billing worker' })
  keyName!: string;

  @ApiProperty({
    description: 'What it may do, its roles and its owner considered.',
    type: String,
    isArray: true,
    example: ['orders:refund'],
  })
  permissions!: readonly string[];

  @ApiProperty({
    description: 'What it was given for you.',
    type: 'object',
    additionalProperties: true,
    example: { team: 'billing' },
  })
  metadata!: Readonly<Record<string, unknown>>;

  @ApiProperty({
    description: 'From when on it is refused; null: never.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2030-01-31T12:00:00.000Z',
  })
  expirationDate!: string | null;
}

@ApiSchema({ name: 'LatchkeyRefusedKey' })
export class RefusedKeyDto {
  @ApiProperty({ description: 'false: refuse its user.', type: Boolean, enum: [false], example: false })
  valid!: false;

  @ApiProperty({
    description: 'Why. For you; tell its user none of it. Another workspace’s key is `not_found`.',
    enum: CODES,
    example: 'insufficient_permissions',
  })
  code!: Code;

  @ApiProperty({
    description: 'Those of the permissions that it lacks.',
    type: String,
    isArray: true,
    required: false,
    example: ['orders:refund'],
  })
  missing?: string[];

  @ApiProperty({
    description:
      'With `rate_limited`: in how many seconds the running window ends. null: never, for this use costs more than the whole limit.',
    type: 'integer',
    minimum: 1,
    nullable: true,
    required: false,
    example: 30,
  })
  retryAfterSeconds?: number | null;
}

export function toVerificationDto(result: VerificationResult): ValidKeyDto | RefusedKeyDto {
  if (!result.valid) {
    const { reason, missing, retryAfterSeconds } = result;
    return {
      valid: false,
      code: codeOf(reason),
      ...(missing && { missing }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  }
  const { id, workspaceId, name, permissions, metadata, expirationDate } = result.key;
  return {
    valid: true,
    keyId: id,
    workspaceId,
    keyName: name,
    permissions: permissions.simplified(),
    metadata,
    expirationDate,
  };
}

/** The same as JSON: put together from its parts, at less cost than an object that is only made to be written. */
export function toVerificationJson(result: VerificationResult): string {
  if (!result.valid) return JSON.stringify(toVerificationDto(result));
  const { id, workspaceId, name, permissions, metadata, expirationDate } = result.key;
  return (
    // Ids are UUIDs, with nothing in them to escape.
    `{"valid":true,"keyId":"${id}","workspaceId":"${workspaceId}","keyName":${JSON.stringify(name)},` +
    `"permissions":${JSON.stringify(permissions.simplified())},"metadata":${JSON.stringify(metadata)},` +
    `"expirationDate":${JSON.stringify(expirationDate)}}`
  );
}

function codeOf(reason: VerificationRefusal): Code {
  return CODES.find((code) => code === reason) ?? 'not_found';
}
