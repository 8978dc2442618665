import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'LatchkeyApiKeyOwner' })
export class OwnerDto {
  @ApiProperty({ description: 'What the owner is.', enum: ['user'], example: 'user' })
  type!: 'user';

  @ApiProperty({
    description: 'Who, in the words of the identity provider.',
    example: 'auth0|5f7c8ec7c33c6c004bbafe82',
  })
  id!: string;
}
