import { Flag } from '../../common/fields.js';
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

/** Any subset; what is absent stays as it is. */
export class UpdateApiKeyDto {
  @KeyName({ optional: true })
  keyName?: string;

  @KeyPermissions({ optional: true })
  permissions?: string[];

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

  @Flag({ optional: true, description: 'false: the key is refused until it is enabled again.', example: true })
  enabled?: boolean;
}
