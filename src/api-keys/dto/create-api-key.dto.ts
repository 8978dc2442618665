import {
  KeyAllowedIps,
  KeyDescription,
  KeyExpirationDate,
  KeyExpiresInSeconds,
  KeyMetadata,
  KeyName,
  KeyPermissions,
  KeyRateLimit,
} from './key-fields.js';
import { RateLimitDto } from './rate-limit.dto.js';

export class CreateApiKeyDto {
  @KeyName()
  keyName!: string;

  @KeyPermissions()
  permissions!: string[];

  @KeyDescription()
  description?: string | null;

  @KeyExpirationDate()
  expirationDate?: string | null;

  @KeyExpiresInSeconds()
  expiresInSeconds?: number;

  @KeyAllowedIps()
  allowedIps?: string[];

  @KeyRateLimit()
  rateLimit?: RateLimitDto | null;

  @KeyMetadata()
  metadata?: Record<string, unknown>;
}
