import { OneOf } from '../../input/fields.js';

export class ReplaceRoleQueryDto {
  @OneOf(['true', 'false'], {
    optional: true,
    description: 'true: change nothing, and answer who would gain or lose which permission.',
    example: 'false',
  })
  dryRun?: 'true' | 'false';
}
