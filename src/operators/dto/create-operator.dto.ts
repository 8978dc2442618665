import { Text } from '../../input/fields.js';

/** What an operator is created with. */
export class CreateOperatorDto {
  @Text({
    max: 63,
    description: 'Unique: 1 to 63 lower-case letters, digits or `. _ @ -`, the first a letter or digit.',
    example: 'alice',
  })
  name!: string;
}
