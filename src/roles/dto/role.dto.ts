import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_DATE, EXAMPLE_ID } from '../../http/documentation/api-examples.js';
import type { HolderType } from '../../grants/held-grants.js';
import type { RolePreview, RoleView } from '../roles.service.js';

const DATE = { type: String, format: 'date-time', nullable: true, example: EXAMPLE_DATE };

@ApiSchema({ name: 'LatchkeyRole' })
export class RoleDto {
  @ApiProperty({ description: 'Of a built-in role, its name.', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ description: 'Unique in the workspace.', example: 'Support' })
  name!: string;

  @ApiProperty({ description: 'What it is for.', type: String, nullable: true, example: 'Answers customers' })
  description!: string | null;

  @ApiProperty({ description: 'What its holders may do.', type: String, isArray: true, example: ['apikeys:view'] })
  permissions!: string[];

  @ApiProperty({ description: 'Built-in roles can be neither changed nor deleted.', example: false })
  builtIn!: boolean;

  @ApiProperty({ ...DATE, description: 'When it was created. null: it is built in.' })
  createdDate!: string | null;

  @ApiProperty({ ...DATE, description: 'When it was last changed. null: it is built in.' })
  updatedDate!: string | null;
}

@ApiSchema({ name: 'LatchkeyRoleHolders' })
class HeldByDto {
  @ApiProperty({ description: 'How many API keys.', type: 'integer', example: 2 })
  keys!: number;

  @ApiProperty({ description: 'How many members.', type: 'integer', example: 1 })
  members!: number;
}

@ApiSchema({ name: 'LatchkeyRoleDetail' })
export class RoleDetailDto extends RoleDto {
  @ApiProperty({ description: 'How many hold it.', type: HeldByDto })
  heldBy!: HeldByDto;
}

@ApiSchema({ name: 'LatchkeyRoleEffect' })
class RoleEffectDto {
  @ApiProperty({ description: 'What the holder is.', enum: ['apikey', 'member'], example: 'apikey' })
  type!: HolderType;

  @ApiProperty({ description: 'The id of the key, or the subject of the member.', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({
    description: 'Permissions that the holder gains.',
    type: String,
    isArray: true,
    example: ['apikeys:delete'],
  })
  gains!: string[];

  @ApiProperty({ description: 'Permissions that the holder loses.', type: String, isArray: true, example: [] })
  loses!: string[];
}

@ApiSchema({ name: 'LatchkeyRolePreview' })
export class RolePreviewDto {
  @ApiProperty({ description: 'The role as it would be.', type: RoleDto })
  role!: RoleDto;

  @ApiProperty({
    description: 'The keys and members whose permissions would change.',
    type: RoleEffectDto,
    isArray: true,
  })
  effects!: RoleEffectDto[];

  @ApiProperty({
    description: 'Whether all who hold the role were looked at: the first 100 members and the first 100 keys are.',
    example: true,
  })
  complete!: boolean;
}

export function toRoleDto({
  id,
  name,
  description,
  permissions,
  builtIn,
  createdDate,
  updatedDate,
}: RoleView): RoleDto {
  return { id, name, description, permissions: [...permissions], builtIn, createdDate, updatedDate };
}

export function toRolePreviewDto({ role, effects, complete }: RolePreview): RolePreviewDto {
  return { role: toRoleDto(role), effects, complete };
}
