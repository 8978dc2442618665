import { ApiProperty } from '@nestjs/swagger';
import { API_KEY_STATUSES, statusOf, type ApiKeyStatus } from '../api-key-status.js';
import type { ApiKey } from '../api-key.entity.js';
import { RateLimitDto } from './rate-limit.dto.js';

const ID = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';
const DATE = '2030-01-31T12:00:00.000Z';

export class CreatorDto {
  @ApiProperty({ enum: ['apikey', 'user', 'operator', 'system'], example: 'operator' })
  type!: string;

  @ApiProperty({ example: 'operator' })
  id!: string;

  @ApiProperty({ example: 'operator' })
  display!: string;
}

export class OwnerDto {
  @ApiProperty({ enum: ['user'], example: 'user' })
  type!: string;

  @ApiProperty({ example: 'auth0|5f7c8ec7c33c6c004bbafe82' })
  id!: string;
}

export class ApiKeyDto {
  @ApiProperty({ format: 'uuid', example: ID })
  id!: string;

  @ApiProperty({ format: 'uuid', example: ID })
  workspaceId!: string;

  @ApiProperty({ example: 'Billing worker' })
  keyName!: string;

  @ApiProperty({
    description: 'In full in the answer to its creation, and only there; else masked.',
    example: 'lk_3fGh…x9Qz',
  })
  apiKey!: string;

  @ApiProperty({ type: String, isArray: true, example: ['apikeys:view'] })
  permissions!: string[];

  @ApiProperty({ type: String, isArray: true, example: [] })
  roles!: string[];

  @ApiProperty({ description: 'What the key may do in all.', type: String, isArray: true, example: ['apikeys:view'] })
  effectivePermissions!: string[];

  @ApiProperty({ type: String, nullable: true, example: 'Nightly export' })
  description!: string | null;

  @ApiProperty({ type: String, isArray: true, example: [] })
  allowedIps!: string[];

  @ApiProperty({ type: RateLimitDto, nullable: true, example: null })
  rateLimit!: RateLimitDto | null;

  @ApiProperty({ type: 'object', additionalProperties: true, example: { team: 'billing' } })
  metadata!: Record<string, unknown>;

  @ApiProperty({ example: true })
  enabled!: boolean;

  @ApiProperty({ enum: API_KEY_STATUSES, example: 'active' })
  status!: ApiKeyStatus;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  expirationDate!: string | null;

  @ApiProperty({ format: 'date-time', example: DATE })
  createdDate!: string;

  @ApiProperty({ format: 'date-time', example: DATE })
  updatedDate!: string;

  @ApiProperty({ type: CreatorDto })
  createdBy!: CreatorDto;

  @ApiProperty({
    description: 'Whom the key is bound to. null: nobody.',
    type: OwnerDto,
    nullable: true,
    example: null,
  })
  owner!: OwnerDto | null;

  @ApiProperty({
    description: 'When the key was last accepted, at most a few seconds behind. null: never.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: DATE,
  })
  lastUsedDate!: string | null;

  @ApiProperty({
    description: 'The rotation in progress. null: none.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: null,
  })
  rotation!: null;
}

/** @param secret the key itself, to show it this once. */
export function toApiKeyDto(key: ApiKey, now: Date, secret?: string): ApiKeyDto {
  return {
    id: key.id,
    workspaceId: key.workspaceId,
    keyName: key.name,
    apiKey: secret ?? key.hint,
    permissions: key.permissions,
    roles: [],
    effectivePermissions: key.permissions,
    description: key.description,
    allowedIps: key.allowedIps,
    rateLimit: key.rateLimit,
    metadata: key.metadata,
    enabled: key.enabled,
    status: statusOf(key, now),
    expirationDate: key.expirationDate,
    createdDate: key.createdDate,
    updatedDate: key.updatedDate,
    createdBy: key.createdBy,
    owner: null,
    lastUsedDate: key.lastUsedDate,
    rotation: null,
  };
}
