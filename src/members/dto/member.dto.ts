import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ownPermissions } from '../../grants/holding.js';
import type { MemberView } from '../members.service.js';

const DATE = '2030-01-31T12:00:00.000Z';

@ApiSchema({ name: 'Member' })
export class MemberDto {
  @ApiProperty({ description: 'The `sub` of their tokens.', example: 'auth0|5f7c8ec7c33c6c004bbafe82' })
  subject!: string;

  @ApiProperty({ type: String, isArray: true, example: ['auditor'] })
  roles!: string[];

  @ApiProperty({ type: String, isArray: true, example: [] })
  permissions!: string[];

  @ApiProperty({ description: 'What the member may do in all.', type: String, isArray: true, example: ['auditLogs:*'] })
  effectivePermissions!: string[];

  @ApiProperty({ format: 'date-time', example: DATE })
  createdDate!: string;

  @ApiProperty({ format: 'date-time', example: DATE })
  updatedDate!: string;
}

export function toMemberDto({ member, holding }: MemberView): MemberDto {
  return {
    subject: member.subject,
    roles: holding.roles.map(({ name }) => name),
    permissions: [...holding.direct],
    effectivePermissions: ownPermissions(holding).simplified(),
    createdDate: member.createdDate,
    updatedDate: member.updatedDate,
  };
}
