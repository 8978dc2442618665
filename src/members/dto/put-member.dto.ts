import { ApiSchema } from '@nestjs/swagger';
import { TextList } from '../../input/fields.js';

/** The whole of what a member holds: what is absent is empty. */
@ApiSchema({ name: 'LatchkeyPutMember' })
export class PutMemberDto {
  @TextList({ optional: true, max: 20, maxLength: 100, description: 'Roles, by name or id.', example: ['auditor'] })
  roles?: string[];

  @TextList({
    optional: true,
    max: 200,
    maxLength: 100,
    description: 'Permissions next to those of the roles. No more than the caller may.',
    example: [],
  })
  permissions?: string[];
}
