import { ApiSchema } from '@nestjs/swagger';
import type { WithDates } from '../../input/input-checker.js';
import {
  KeyAllowedIps,
  KeyDescription,
  KeyExpirationDate,
  KeyExpiresInSeconds,
  KeyMetadata,
  KeyName,
  KeyOwner,
  KeyPermissions,
  KeyRateLimit,
  KeyRoles,
} from './key-fields.js';
import type { OwnerDto } from './owner.dto.js';
import { RateLimitDto } from './rate-limit.dto.js';

@ApiSchema({ name: 'LatchkeyCreateApiKey' })
export class CreateApiKeyDto {
  @KeyName()
  keyName!: string;

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

  @KeyOwner()
  owner?: string | null;
}

/** As the code of a host may give it. */
export type CreateApiKeyInput = Omit<WithDates<CreateApiKeyDto, 'expirationDate'>, 'owner'> & {
  owner?: string | OwnerDto | null;
};

export const CREATE_API_KEY_EXAMPLES: Record<string, { summary: string; value: CreateApiKeyDto }> = {
  simple: { summary: 'A name and what it may do', value: { keyName: 'Billing worker', permissions: ['apikeys:view'] } },
  restricted: {
    summary: 'With an end, a rate limit, and only from certain addresses',
    value: {
      keyName: 'Nightly export',
      permissions: ['auditLogs:view', 'auditLogs:export'],
      description: 'Copies the trail to cold storage',
      expirationDate: '2030-01-31T12:00:00.000Z',
      allowedIps: ['203.0.113.0/24', '2001:db8::/32'],
      rateLimit: { limit: 100, windowSeconds: 60 },
      metadata: { team: 'billing' },
    },
  },
};
