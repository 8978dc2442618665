import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_DATE, EXAMPLE_ID } from '../../http/documentation/api-examples.js';
import type { ActorType } from '../../events/actor.js';
import type { Outcome } from '../../events/domain-event.js';
import type { AuditRecord } from '../records/audit-record.js';

const ANY_JSON = {
  oneOf: [
    ...['string', 'number', 'boolean', 'null'].map((type) => ({ type })),
    { type: 'object', additionalProperties: true },
    { type: 'array', items: {} },
  ],
};

const ERASED = 'null once erased.';

@ApiSchema({ name: 'LatchkeyAuditActor' })
class AuditActorDto {
  @ApiProperty({
    description: 'Who acted. anonymous: a caller without an acceptable credential.',
    enum: ['apikey', 'user', 'operator', 'system', 'anonymous'],
    example: 'apikey',
  })
  type!: ActorType;

  @ApiProperty({
    description: 'The id of the key, of the operator or of the person; else the type again.',
    example: EXAMPLE_ID,
  })
  id!: string;

  @ApiProperty({
    description: `The name at that time. ${ERASED}`,
    type: String,
    nullable: true,
    example: 'Billing worker',
  })
  display!: string | null;

  @ApiProperty({ description: 'The credential that was used.', type: String, nullable: true, example: EXAMPLE_ID })
  credentialId!: string | null;
}

@ApiSchema({ name: 'LatchkeyAuditTarget' })
class AuditTargetDto {
  @ApiProperty({ description: 'What kind of thing it was done to.', example: 'apikey' })
  type!: string;

  @ApiProperty({ description: 'Which one.', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({
    description: `Its name at that time. ${ERASED}`,
    type: String,
    nullable: true,
    example: 'Old worker',
  })
  display!: string | null;
}

@ApiSchema({ name: 'LatchkeyAuditChange' })
class AuditChangeDto {
  @ApiProperty({ description: 'Which field.', example: 'keyName' })
  field!: string;

  @ApiProperty({ ...ANY_JSON, description: 'Its value before: any JSON value.', example: 'Old worker' })
  before!: unknown;

  @ApiProperty({ ...ANY_JSON, description: 'Its value after: any JSON value.', example: null })
  after!: unknown;
}

@ApiSchema({ name: 'LatchkeyAuditRequest' })
class AuditRequestDto {
  @ApiProperty({ description: 'The X-Request-Id.', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ description: 'The HTTP method.', example: 'DELETE' })
  method!: string;

  @ApiProperty({
    description: 'The pattern of the route, without what the caller put in it.',
    example: '/api/v1/apikey/:id',
  })
  route!: string;

  @ApiProperty({ description: `The address. ${ERASED}`, type: String, nullable: true, example: '203.0.113.7' })
  ip!: string | null;

  @ApiProperty({ description: `The user agent. ${ERASED}`, type: String, nullable: true, example: 'curl/8.5.0' })
  userAgent!: string | null;
}

@ApiSchema({ name: 'LatchkeyAuditIntegrity' })
class AuditIntegrityDto {
  @ApiProperty({
    description: 'SHA-256 of the stored payload, hexadecimal.',
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
  payloadHash!: string;

  @ApiProperty({ description: 'null until sealed.', type: String, nullable: true, example: null })
  leafHash!: string | null;
}

@ApiSchema({ name: 'LatchkeyAuditRecord', description: 'Who did what to which, when, from where, and how it ended.' })
export class AuditRecordDto implements AuditRecord {
  @ApiProperty({ description: 'UUIDv7: sorts by time.', format: 'uuid', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({
    description: 'Its place in the sealed log. null until sealed.',
    type: 'integer',
    nullable: true,
    example: null,
  })
  sequence!: number | null;

  @ApiProperty({
    description: 'null: it happened in no workspace.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: EXAMPLE_ID,
  })
  workspaceId!: string | null;

  @ApiProperty({ description: 'What happened: `resource.happened`.', example: 'apikey.deleted' })
  action!: string;

  @ApiProperty({ description: 'When the command began.', format: 'date-time', example: EXAMPLE_DATE })
  occurredDate!: string;

  @ApiProperty({ description: 'When the record was written.', format: 'date-time', example: EXAMPLE_DATE })
  recordedDate!: string;

  @ApiProperty({
    description: 'failure: allowed, but not carried out. denied: not allowed.',
    enum: ['success', 'failure', 'denied'],
    example: 'success',
  })
  outcome!: Outcome;

  @ApiProperty({ description: 'Who.', type: AuditActorDto })
  actor!: AuditActorDto;

  @ApiProperty({ description: 'To what.', type: AuditTargetDto, isArray: true })
  targets!: AuditTargetDto[];

  @ApiProperty({ description: 'What it was, and what it is. Empty once erased.', type: AuditChangeDto, isArray: true })
  changes!: AuditChangeDto[];

  @ApiProperty({
    description: `Why: in the caller’s words, or the reason of the refusal. ${ERASED}`,
    type: String,
    nullable: true,
    example: 'Left in a repository',
  })
  reason!: string | null;

  @ApiProperty({ description: 'From where. null for what no request caused.', type: AuditRequestDto, nullable: true })
  request!: AuditRequestDto | null;

  @ApiProperty({ description: 'The HTTP status of the answer.', type: 'integer', nullable: true, example: 200 })
  statusCode!: number | null;

  @ApiProperty({ description: 'The code of the refusal.', type: String, nullable: true, example: null })
  errorCode!: string | null;

  @ApiProperty({ description: 'What proves that the record is unchanged.', type: AuditIntegrityDto })
  integrity!: AuditIntegrityDto;
}

@ApiSchema({ name: 'LatchkeyAuditPage' })
export class AuditPageDto {
  @ApiProperty({ description: 'Newest first.', type: AuditRecordDto, isArray: true })
  data!: AuditRecordDto[];

  @ApiProperty({
    description: 'Send as cursor to continue, also after fewer records than asked for. null: there are no older ones.',
    type: String,
    nullable: true,
    example: null,
  })
  nextCursor!: string | null;
}

export const AUDIT_RECORD_EXAMPLE: AuditRecordDto = {
  id: EXAMPLE_ID,
  sequence: null,
  workspaceId: EXAMPLE_ID,
  action: 'apikey.deleted',
  occurredDate: EXAMPLE_DATE,
  recordedDate: EXAMPLE_DATE,
  outcome: 'success',
  actor: { type: 'apikey', id: EXAMPLE_ID, display: 'Billing worker', credentialId: EXAMPLE_ID },
  targets: [{ type: 'apikey', id: EXAMPLE_ID, display: 'Old worker' }],
  changes: [{ field: 'keyName', before: 'Old worker', after: null }],
  reason: 'Left in a repository',
  request: {
    id: EXAMPLE_ID,
    method: 'DELETE',
    route: '/api/v1/apikey/:id',
    ip: '203.0.113.7',
    userAgent: 'curl/8.5.0',
  },
  statusCode: 200,
  errorCode: null,
  integrity: { payloadHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', leafHash: null },
};
