import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_DATE, EXAMPLE_ID } from '../../http/documentation/api-examples.js';
import { API_KEY_STATUSES, statusOf, type ApiKeyStatus } from '../api-key-status.js';
import { shown, type SettingName } from '../key-settings.js';
import type { ApiKeyView } from '../api-keys.service.js';
import { OwnerDto } from './owner.dto.js';
import { RateLimitDto } from './rate-limit.dto.js';

@ApiSchema({ name: 'LatchkeyApiKeyCreator' })
export class CreatorDto {
  @ApiProperty({
    description: 'What the creator is.',
    enum: ['apikey', 'user', 'operator', 'system'],
    example: 'operator',
  })
  type!: string;

  @ApiProperty({ description: 'The id of the key, of the operator or of the person.', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ description: 'The name at that time.', example: 'first' })
  display!: string;
}

@ApiSchema({ name: 'LatchkeyApiKey' })
export class ApiKeyDto implements Record<SettingName, unknown> {
  @ApiProperty({ description: 'UUIDv7: sorts by time of creation.', format: 'uuid', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ description: 'The workspace the key belongs to.', format: 'uuid', example: EXAMPLE_ID })
  workspaceId!: string;

  @ApiProperty({ description: 'Unique in the workspace.', example: 'Billing worker' })
  keyName!: string;

  @ApiProperty({
    description: 'In full in the answer to its creation, and only there; else masked.',
    example: 'lk_3fGh…x9Qz',
  })
  apiKey!: string;

  @ApiProperty({ description: 'What was granted to it.', type: String, isArray: true, example: ['apikeys:view'] })
  permissions!: string[];

  @ApiProperty({ description: 'The names of the roles it has.', type: String, isArray: true, example: [] })
  roles!: string[];

  @ApiProperty({ description: 'What it may do in all.', type: String, isArray: true, example: ['apikeys:view'] })
  effectivePermissions!: readonly string[];

  @ApiProperty({ description: 'What it is for.', type: String, nullable: true, example: 'Nightly export' })
  description!: string | null;

  @ApiProperty({
    description: 'The addresses and ranges it may be used from. Empty: from anywhere.',
    type: String,
    isArray: true,
    example: [],
  })
  allowedIps!: string[];

  @ApiProperty({
    description: 'How often it may be used. null: as often as it likes.',
    type: RateLimitDto,
    nullable: true,
    example: null,
  })
  rateLimit!: RateLimitDto | null;

  @ApiProperty({
    description: 'Anything of the caller’s own.',
    type: 'object',
    additionalProperties: true,
    example: { team: 'billing' },
  })
  metadata!: Record<string, unknown>;

  @ApiProperty({ description: 'false: refused until it is enabled again.', example: true })
  enabled!: boolean;

  @ApiProperty({ description: 'Whether it is accepted now.', enum: API_KEY_STATUSES, example: 'active' })
  status!: ApiKeyStatus;

  @ApiProperty({
    description: 'From when on it is refused. null: never.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
  })
  expirationDate!: string | null;

  @ApiProperty({ description: 'When it was created.', format: 'date-time', example: EXAMPLE_DATE })
  createdDate!: string;

  @ApiProperty({ description: 'When it was last changed.', format: 'date-time', example: EXAMPLE_DATE })
  updatedDate!: string;

  @ApiProperty({ description: 'Who created it.', type: CreatorDto })
  createdBy!: CreatorDto;

  @ApiProperty({
    description: 'The member it is bound to; of an orphaned key, was. null: it is bound to no member.',
    type: OwnerDto,
    nullable: true,
    example: null,
  })
  owner!: OwnerDto | null;

  @ApiProperty({
    description: 'When it was last accepted, at most a few seconds behind. null: never.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: EXAMPLE_DATE,
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

/** As its creation answers it, with a secret that no key can have: its checksum is wrong. */
export const CREATED_API_KEY_EXAMPLE: ApiKeyDto = {
  id: EXAMPLE_ID,
  workspaceId: EXAMPLE_ID,
  keyName: 'Billing worker',
  apiKey: 'lk_ThisIsAnExampleAndNotTheSecretOfAnyKeyAtAll012345',
  permissions: ['apikeys:view'],
  roles: [],
  effectivePermissions: ['apikeys:view'],
  description: null,
  allowedIps: [],
  rateLimit: null,
  metadata: {},
  enabled: true,
  status: 'active',
  expirationDate: null,
  createdDate: EXAMPLE_DATE,
  updatedDate: EXAMPLE_DATE,
  createdBy: { type: 'operator', id: EXAMPLE_ID, display: 'first' },
  owner: null,
  lastUsedDate: null,
  rotation: null,
};

/** @param secret the key itself, to show it this once. */
export function toApiKeyDto({ key, roles, effective }: ApiKeyView, now: Date, secret?: string): ApiKeyDto {
  const { keyName, ...settings } = shown({ ...key, roles });
  return {
    id: key.id,
    workspaceId: key.workspaceId,
    keyName,
    apiKey: secret ?? key.hint,
    ...settings,
    effectivePermissions: effective.simplified(),
    status: statusOf(key, now),
    createdDate: key.createdDate,
    updatedDate: key.updatedDate,
    createdBy: key.createdBy,
    lastUsedDate: key.lastUsedDate,
    rotation: null,
  };
}
