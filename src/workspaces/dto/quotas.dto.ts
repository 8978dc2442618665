import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { WholeNumber } from '../../input/fields.js';
import { COUNTED, PER_HOLDER, type QuotaName, type Quotas } from '../quotas.js';

const BOUNDS = { ...COUNTED, ...PER_HOLDER };

@ApiSchema({ name: 'LatchkeyHolderQuota' })
export class HolderQuotaDto {
  @ApiProperty({ description: 'The most there may be.', type: 'integer', example: 200 })
  limit!: number;
}

@ApiSchema({ name: 'LatchkeyQuota' })
export class QuotaDto {
  @ApiProperty({ description: 'The most there may be.', type: 'integer', example: 100_000 })
  limit!: number;

  @ApiProperty({ description: 'How many there are.', type: 'integer', example: 42 })
  used!: number;
}

@ApiSchema({ name: 'LatchkeyQuotas' })
export class QuotasDto implements Quotas {
  @ApiProperty({ description: 'The API keys of the workspace.' })
  keys!: QuotaDto;

  @ApiProperty({ description: 'The roles of its own.' })
  roles!: QuotaDto;

  @ApiProperty({ description: 'The members.' })
  members!: QuotaDto;

  @ApiProperty({ description: 'The application permissions.' })
  permissions!: QuotaDto;

  @ApiProperty({ description: 'The roles of one key or member.' })
  rolesPerHolder!: HolderQuotaDto;

  @ApiProperty({ description: 'The permissions of one role, key or member, not counting those of roles.' })
  permissionsPerHolder!: HolderQuotaDto;
}

const Limit = (name: QuotaName, description: string) =>
  WholeNumber({
    optional: true,
    min: 0,
    max: BOUNDS[name].max,
    description: `${description} A number, or as answered.`,
    example: BOUNDS[name].default,
    answered: {
      type: name in COUNTED ? QuotaDto : HolderQuotaDto,
      members: name in COUNTED ? ['limit', 'used'] : ['limit'],
      valueOf: ({ limit }) => limit,
    },
  });

/** Limits to set; those that are absent stay. What is used is nobody’s to set. */
@ApiSchema({ name: 'LatchkeyQuotaLimits' })
export class QuotaLimitsDto {
  @Limit('keys', 'How many API keys the workspace may have.')
  keys?: number;

  @Limit('roles', 'How many roles of its own.')
  roles?: number;

  @Limit('members', 'How many members.')
  members?: number;

  @Limit('permissions', 'How many application permissions.')
  permissions?: number;

  @Limit('rolesPerHolder', 'How many roles one key or member may have.')
  rolesPerHolder?: number;

  @Limit('permissionsPerHolder', 'How many permissions one role, key or member may have, not counting those of roles.')
  permissionsPerHolder?: number;
}
