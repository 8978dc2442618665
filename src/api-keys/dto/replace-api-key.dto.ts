import { ApiSchema } from '@nestjs/swagger';
import { KeyName, KeyPermissions } from './key-fields.js';

@ApiSchema({ name: 'LatchkeyReplaceApiKey' })
export class ReplaceApiKeyDto {
  @KeyName()
  keyName!: string;

  @KeyPermissions({ min: 0 })
  permissions!: string[];
}
