import { KeyName, KeyPermissions } from './key-fields.js';

export class ReplaceApiKeyDto {
  @KeyName()
  keyName!: string;

  @KeyPermissions()
  permissions!: string[];
}
