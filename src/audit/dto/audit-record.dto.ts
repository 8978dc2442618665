import { ApiProperty } from '@nestjs/swagger';
import type { ActorType } from '../../events/actor.js';
import type { Outcome } from '../../events/domain-event.js';
import type { AuditRecord } from '../audit-record.js';

const ID = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';
const DATE = '2030-01-31T12:00:00.000Z';

const ANY_JSON = {
  oneOf: [...['string', 'number', 'boolean', 'object', 'null'].map((type) => ({ type })), { type: 'array', items: {} }],
};

class AuditActorDto {
  @ApiProperty({ enum: ['apikey', 'user', 'operator', 'system', 'anonymous'], example: 'apikey' })
  type!: ActorType;

  @ApiProperty({ example: ID })
  id!: string;

  @ApiProperty({ description: 'null once erased.', type: String, nullable: true, example: 'Billing worker' })
  display!: string | null;

  @ApiProperty({ description: 'The credential that was used.', type: String, nullable: true, example: ID })
  credentialId!: string | null;
}

class AuditTargetDto {
  @ApiProperty({ example: 'apikey' })
  type!: string;

  @ApiProperty({ example: ID })
  id!: string;

  @ApiProperty({ description: 'null once erased.', type: String, nullable: true, example: 'Old worker' })
  display!: string | null;
}

class AuditChangeDto {
  @ApiProperty({ example: 'keyName' })
  field!: string;

  @ApiProperty({ ...ANY_JSON, description: 'Any JSON value.', example: 'Old worker' })
  before!: unknown;

  @ApiProperty({ ...ANY_JSON, description: 'Any JSON value.', example: null })
  after!: unknown;
}

class AuditRequestDto {
  @ApiProperty({ description: 'The X-Request-Id.', example: ID })
  id!: string;

  @ApiProperty({ example: 'DELETE' })
  method!: string;

  @ApiProperty({ example: '/api/v1/apikey/:id' })
  route!: string;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'curl/8.5.0' })
  userAgent!: string | null;
}

class AuditIntegrityDto {
  @ApiProperty({
    description: 'SHA-256 of the stored payload.',
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
  payloadHash!: string;

  @ApiProperty({ description: 'null until sealed.', type: String, nullable: true, example: null })
  leafHash!: string | null;
}

export class AuditRecordDto implements AuditRecord {
  @ApiProperty({ format: 'uuid', example: ID })
  id!: string;

  @ApiProperty({ description: 'null until sealed.', type: 'integer', nullable: true, example: null })
  sequence!: number | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: ID })
  workspaceId!: string | null;

  @ApiProperty({ example: 'apikey.deleted' })
  action!: string;

  @ApiProperty({ format: 'date-time', example: DATE })
  occurredDate!: string;

  @ApiProperty({ format: 'date-time', example: DATE })
  recordedDate!: string;

  @ApiProperty({ enum: ['success', 'failure', 'denied'], example: 'success' })
  outcome!: Outcome;

  @ApiProperty({ type: AuditActorDto })
  actor!: AuditActorDto;

  @ApiProperty({ type: AuditTargetDto, isArray: true })
  targets!: AuditTargetDto[];

  @ApiProperty({ type: AuditChangeDto, isArray: true })
  changes!: AuditChangeDto[];

  @ApiProperty({ type: String, nullable: true, example: 'Left in a repository' })
  reason!: string | null;

  @ApiProperty({ description: 'null for what no request caused.', type: AuditRequestDto, nullable: true })
  request!: AuditRequestDto | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 200 })
  statusCode!: number | null;

  @ApiProperty({ type: String, nullable: true, example: null })
  errorCode!: string | null;

  @ApiProperty({ type: AuditIntegrityDto })
  integrity!: AuditIntegrityDto;
}

export class AuditPageDto {
  @ApiProperty({ description: 'Newest first.', type: AuditRecordDto, isArray: true })
  data!: AuditRecordDto[];

  @ApiProperty({
    description: 'Send as cursor to continue. null: there are no older ones.',
    type: String,
    nullable: true,
    example: null,
  })
  nextCursor!: string | null;
}
