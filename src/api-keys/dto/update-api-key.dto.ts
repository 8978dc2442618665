import { ApiSchema } from '@nestjs/swagger';
import { Flag } from '../../input/fields.js';
import type { WithDates } from '../../input/input-checker.js';
import {
  KeyAllowedIps,
  KeyDescription,
  KeyExpirationDate,
  KeyExpiresInSeconds,
  KeyMetadata,
  KeyName,
  KeyNewOwner,
  KeyPermissions,
  KeyRateLimit,
  KeyRoles,
} from './key-fields.js';
import type { OwnerDto } from './owner.dto.js';
import { RateLimitDto } from './rate-limit.dto.js';

/** Any subset; what is absent stays as it is. */
@ApiSchema({ name: 'LatchkeyUpdateApiKey', description: 'Any subset; what is absent stays as it is.' })
export class UpdateApiKeyDto {
  @KeyName({ optional: true })
  keyName?: string;

  @KeyPermissions({ optional: true, min: 0 })
  permissions?: string[];

  @KeyRoles()
  roles?: string[];

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

  @KeyNewOwner()
  owner?: string | null;
}

/** As the code of a host may give it. */
export type UpdateApiKeyInput = Omit<WithDates<UpdateApiKeyDto, 'expirationDate'>, 'owner'> & {
  owner?: string | OwnerDto | null;
};

export const UPDATE_API_KEY_EXAMPLES: Record<string, { summary: string; value: UpdateApiKeyDto }> = {
  disable: { summary: 'Stop accepting it until further notice', value: { enabled: false } },
  unbind: { summary: 'Bind it to no member', value: { owner: null } },
  rename: { summary: 'Give it another name', value: { keyName: 'Nightly export' } },
  limit: { summary: 'Restrict it', value: { expiresInSeconds: 86_400, rateLimit: { limit: 100, windowSeconds: 60 } } },
};
