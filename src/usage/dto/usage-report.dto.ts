import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_DATE, EXAMPLE_ID } from '../../http/documentation/api-examples.js';
import type { Secret, UseTotals } from '../counting/use-counter.js';
import type { UsageReport } from '../usage.service.js';

const COUNT = { type: 'integer', minimum: 0 } as const;

@ApiSchema({ name: 'LatchkeyUsageTotals' })
export class UsageTotalsDto implements UseTotals {
  @ApiProperty({ description: 'How often it was accepted.', ...COUNT, example: 1840 })
  valid!: number;

  @ApiProperty({
    description: 'How often it was refused for a permission that it lacks, or an address that it may not be used from.',
    ...COUNT,
    example: 3,
  })
  denied!: number;

  @ApiProperty({ description: 'How often it was refused because it had expired.', ...COUNT, example: 0 })
  expired!: number;

  @ApiProperty({ description: 'How often it was refused while it was disabled, or orphaned.', ...COUNT, example: 0 })
  disabled!: number;

  @ApiProperty({ description: 'How often it was refused for its rate limit.', ...COUNT, example: 0 })
  rateLimited!: number;
}

@ApiSchema({ name: 'LatchkeyUsageClient', description: 'A client, as it says itself: nothing of it is verified.' })
export class UsageClientDto {
  @ApiProperty({
    description: 'Its `X-Application` header, or the product of its user agent. null: it named neither.',
    type: String,
    nullable: true,
    example: 'billing-worker',
  })
  application!: string | null;

  @ApiProperty({ description: 'Its address. null: not known.', type: String, nullable: true, example: '203.0.113.7' })
  ip!: string | null;

  @ApiProperty({
    description: 'Its user agent. null: it named none.',
    type: String,
    nullable: true,
    example: 'billing-worker/2.1',
  })
  userAgent!: string | null;

  @ApiProperty({
    description: 'Which secret of the key it used.',
    enum: ['current', 'previous'],
    type: String,
    example: 'current',
  })
  secret!: Secret;

  @ApiProperty({
    description: 'When it was first seen, whatever the period.',
    format: 'date-time',
    example: EXAMPLE_DATE,
  })
  firstSeenDate!: string;

  @ApiProperty({
    description: 'When it was last seen, whatever the period.',
    format: 'date-time',
    example: EXAMPLE_DATE,
  })
  lastSeenDate!: string;

  @ApiProperty({ description: 'How often its use was accepted.', ...COUNT, example: 1840 })
  uses!: number;

  @ApiProperty({ description: 'How often its use was refused.', ...COUNT, example: 3 })
  refused!: number;

  @ApiProperty({
    description: 'The permissions that it used, whatever the period.',
    type: String,
    isArray: true,
    example: ['orders:refund'],
  })
  permissions!: readonly string[];
}

@ApiSchema({ name: 'LatchkeyOtherUsage' })
export class OtherUsageDto {
  @ApiProperty({ description: 'How often their uses were accepted.', ...COUNT, example: 12 })
  uses!: number;

  @ApiProperty({ description: 'How often their uses were refused.', ...COUNT, example: 0 })
  refused!: number;
}

@ApiSchema({ name: 'LatchkeyUsedPermission' })
export class UsedPermissionDto {
  @ApiProperty({ description: 'The name of the permission.', example: 'orders:refund' })
  name!: string;

  @ApiProperty({ description: 'When it was first asked for and granted.', format: 'date-time', example: EXAMPLE_DATE })
  firstUsedDate!: string;

  @ApiProperty({ description: 'When it was last asked for and granted.', format: 'date-time', example: EXAMPLE_DATE })
  lastUsedDate!: string;

  @ApiProperty({ description: 'How often, since the first time.', ...COUNT, example: 1840 })
  uses!: number;
}

@ApiSchema({ name: 'LatchkeyUsagePoint' })
export class UsagePointDto {
  @ApiProperty({ description: 'When the minute, hour or day begins.', format: 'date-time', example: EXAMPLE_DATE })
  date!: string;

  @ApiProperty({ description: 'How often the key was accepted in it.', ...COUNT, example: 120 })
  valid!: number;

  @ApiProperty({ description: 'How often the key was refused in it.', ...COUNT, example: 0 })
  refused!: number;
}

@ApiSchema({ name: 'LatchkeyDescendantKey' })
export class DescendantKeyDto {
  @ApiProperty({ description: 'The id of the key.', format: 'uuid', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ description: 'Its name.', example: 'Billing worker, night shift' })
  keyName!: string;
}

@ApiSchema({ name: 'LatchkeyUsageReport' })
export class UsageReportDto implements Omit<UsageReport, 'etag'> {
  @ApiProperty({ description: 'The id of the key.', format: 'uuid', example: EXAMPLE_ID })
  keyId!: string;

  @ApiProperty({
    description: 'Until when the uses on all instances are counted in.',
    format: 'date-time',
    example: EXAMPLE_DATE,
  })
  asOf!: string;

  @ApiProperty({
    description: 'false: an instance ended without having written all that it counted in this period.',
    example: true,
  })
  complete!: boolean;

  @ApiProperty({
    description: 'After this moment, uses may be missing. null: the report is complete.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
  })
  incompleteSince!: string | null;

  @ApiProperty({
    description:
      'When the period begins: `from`, at the start of its minute, hour or day. Up to three hours are told in minutes, for the last seven days; up to seven days in hours; else in days.',
    format: 'date-time',
    example: '2030-01-24T00:00:00.000Z',
  })
  from!: string;

  @ApiProperty({
    description: 'When it ends: `to`, at the end of its minute, hour or day.',
    format: 'date-time',
    example: '2030-02-01T00:00:00.000Z',
  })
  to!: string;

  @ApiProperty({ description: 'What came of all verifications of the key in this period.', type: UsageTotalsDto })
  totals!: UsageTotalsDto;

  @ApiProperty({
    description: 'When the key was last accepted, whatever the period. null: never.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: EXAMPLE_DATE,
  })
  lastUsedDate!: string | null;

  @ApiProperty({
    description: 'Who used it in this period: the 200 that were seen last, the last one first.',
    type: UsageClientDto,
    isArray: true,
  })
  clients!: readonly UsageClientDto[];

  @ApiProperty({
    description:
      'Clients that are in the totals and not in the list, for there were more than 200 of a day or of the period. null: none.',
    type: OtherUsageDto,
    nullable: true,
    example: null,
  })
  otherClients!: OtherUsageDto | null;

  @ApiProperty({
    description: 'The permissions that it was asked for and had, in the last 90 days, whatever the period.',
    type: UsedPermissionDto,
    isArray: true,
  })
  permissions!: readonly UsedPermissionDto[];

  @ApiProperty({
    description: 'Those that were granted to it, itself or by roles, and of which it used nothing in the last 90 days.',
    type: String,
    isArray: true,
    example: ['orders:cancel'],
  })
  unusedPermissions!: readonly string[];

  @ApiProperty({
    description: 'The uses by minute, hour or day, oldest first; one without any is left out.',
    type: UsagePointDto,
    isArray: true,
  })
  series!: readonly UsagePointDto[];

  @ApiProperty({
    description: 'The keys that were created with this key and are still there: the oldest 200.',
    type: DescendantKeyDto,
    isArray: true,
  })
  descendants!: readonly DescendantKeyDto[];
}

export function toUsageReportDto(report: UsageReport): UsageReportDto {
  const { keyId, asOf, complete, incompleteSince, from, to, totals, lastUsedDate, clients, otherClients } = report;
  const { permissions, unusedPermissions, series, descendants } = report;
  return {
    ...{ keyId, asOf, complete, incompleteSince, from, to, totals, lastUsedDate, clients, otherClients },
    ...{ permissions, unusedPermissions, series, descendants },
  };
}
