import { OneOf } from '../../input/fields.js';

/** What becomes of the keys that are bound to a member who is removed. */
export class RemovalOptionsDto {
  @OneOf(['delete'], {
    optional: true,
    description: 'delete: delete the keys that are bound to the member too. Absent: they stay, orphaned and refused.',
    example: 'delete',
  })
  keys?: 'delete';
}

export class RemoveMemberDto extends RemovalOptionsDto {
  @OneOf(['true', 'false'], {
    optional: true,
    description: 'true: change nothing, and answer which keys would be orphaned or deleted.',
    example: 'false',
  })
  dryRun?: 'true' | 'false';
}
