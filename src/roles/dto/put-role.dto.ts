import { ApiSchema } from '@nestjs/swagger';
import { Name, Text, TextList } from '../../input/fields.js';

/** The whole of a role: what is absent is empty. */
@ApiSchema({ name: 'LatchkeyPutRole' })
export class PutRoleDto {
  @Name({ description: 'A name, unique in the workspace whatever its case.', example: 'Support' })
  name!: string;

  @Text({
    optional: true,
    nullable: true,
    max: 500,
    description: 'What the role is for.',
    example: 'Answers customers',
  })
  description?: string | null;

  @TextList({
    max: 200,
    maxLength: 100,
    description: 'What its holders may do: names of the catalogue, `resource:*`, or `*`. No more than the caller may.',
    example: ['apikeys:view'],
  })
  permissions!: string[];
}
