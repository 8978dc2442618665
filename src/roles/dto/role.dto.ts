import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { HolderType } from '../role-assignment.entity.js';
import type { RolePreview, RoleView } from '../roles.service.js';

const ID = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';
const DATE = '2030-01-31T12:00:00.000Z';

@ApiSchema({ name: 'Role' })
export class RoleDto {
  @ApiProperty({ description: 'Of a built-in role, its name.', example: ID })
  id!: string;

  @ApiProperty({ example: 'Support' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Answers customers' })
  description!: string | null;

  @ApiProperty({ type: String, isArray: true, example: ['apikeys:view'] })
  permissions!: string[];

  @ApiProperty({ description: 'Built-in roles can be neither changed nor deleted.', example: false })
  builtIn!: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: DATE })
  createdDate!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: DATE })
  updatedDate!: string | null;
}

@ApiSchema({ name: 'RoleHolders' })
class HeldByDto {
  @ApiProperty({ type: 'integer', example: 2 })
  keys!: number;

  @ApiProperty({ type: 'integer', example: 1 })
  members!: number;
}

@ApiSchema({ name: 'RoleDetail' })
export class RoleDetailDto extends RoleDto {
  @ApiProperty({ description: 'How many hold it.', type: HeldByDto })
  heldBy!: HeldByDto;
}

@ApiSchema({ name: 'RoleEffect' })
class RoleEffectDto {
  @ApiProperty({ enum: ['apikey', 'member'], example: 'apikey' })
  type!: HolderType;

  @ApiProperty({ example: ID })
  id!: string;

  @ApiProperty({ type: String, isArray: true, example: ['apikeys:delete'] })
  gains!: string[];

  @ApiProperty({ type: String, isArray: true, example: [] })
  loses!: string[];
}

@ApiSchema({ name: 'RolePreview' })
export class RolePreviewDto {
  @ApiProperty({ description: 'The role as it would be.', type: RoleDto })
  role!: RoleDto;

  @ApiProperty({
    description: 'The keys and members whose permissions would change.',
    type: RoleEffectDto,
    isArray: true,
  })
  effects!: RoleEffectDto[];
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

export function toRolePreviewDto({ role, effects }: RolePreview): RolePreviewDto {
  return { role: toRoleDto(role), effects };
}
