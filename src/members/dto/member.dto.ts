import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_DATE } from '../../http/documentation/api-examples.js';
import type { MemberView } from '../members.service.js';

@ApiSchema({ name: 'LatchkeyMember' })
export class MemberDto {
  @ApiProperty({ description: 'The `sub` of their tokens.', example: 'auth0|5f7c8ec7c33c6c004bbafe82' })
  subject!: string;

  @ApiProperty({ description: 'The names of their roles.', type: String, isArray: true, example: ['auditor'] })
  roles!: string[];

  @ApiProperty({ description: 'What was granted to them next to the roles.', type: String, isArray: true, example: [] })
  permissions!: string[];

  @ApiProperty({ description: 'What the member may do in all.', type: String, isArray: true, example: ['auditLogs:*'] })
  effectivePermissions!: readonly string[];

  @ApiProperty({ description: 'When they were added.', format: 'date-time', example: EXAMPLE_DATE })
  createdDate!: string;

  @ApiProperty({ description: 'When what they hold was last changed.', format: 'date-time', example: EXAMPLE_DATE })
  updatedDate!: string;
}

export function toMemberDto({ member, holding, permissions }: MemberView): MemberDto {
  return {
    subject: member.subject,
    roles: holding.roles.map(({ name }) => name),
    permissions: [...holding.direct],
    effectivePermissions: permissions.simplified(),
    createdDate: member.createdDate,
    updatedDate: member.updatedDate,
  };
}
