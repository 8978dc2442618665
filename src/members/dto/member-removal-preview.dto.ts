import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_ID } from '../../http/documentation/api-examples.js';
import type { RemovalPreview } from '../members.service.js';

@ApiSchema({ name: 'LatchkeyBoundKey' })
class BoundKeyDto {
  @ApiProperty({ description: 'The id of the key.', format: 'uuid', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ description: 'Its name.', example: 'Billing worker' })
  keyName!: string;
}

@ApiSchema({ name: 'LatchkeyMemberRemovalPreview' })
export class MemberRemovalPreviewDto {
  @ApiProperty({ description: 'How many keys are bound to the member. The oldest 200 are named.', example: 1 })
  total!: number;

  @ApiProperty({ description: 'The keys that would be orphaned.', type: BoundKeyDto, isArray: true })
  orphaned!: BoundKeyDto[];

  @ApiProperty({ description: 'The keys that would be deleted.', type: BoundKeyDto, isArray: true })
  deleted!: BoundKeyDto[];
}

export function toMemberRemovalPreviewDto({ total, orphaned, deleted }: RemovalPreview): MemberRemovalPreviewDto {
  const toDto = ({ id, name }: RemovalPreview['orphaned'][number]) => ({ id, keyName: name });
  return { total, orphaned: orphaned.map(toDto), deleted: deleted.map(toDto) };
}
