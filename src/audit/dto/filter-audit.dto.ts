import { DateTime, OneOf, Text } from '../../input/fields.js';
import type { Outcome } from '../../events/domain-event.js';

/** Which records; all that is named must hold. */
export class FilterAuditDto {
  @Text({ optional: true, max: 100, description: 'What happened.', example: 'apikey.deleted' })
  action?: string;

  @Text({
    optional: true,
    max: 255,
    description: 'Who did it; a UUID in any case.',
    example: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11',
  })
  actorId?: string;

  @Text({
    optional: true,
    max: 255,
    description: 'What it was done to: any target of the record; a UUID in any case.',
    example: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11',
  })
  targetId?: string;

  @OneOf(['success', 'failure', 'denied'], { optional: true, description: 'How it ended.', example: 'success' })
  outcome?: Outcome;

  @DateTime({ optional: true, description: 'Not before this moment.', example: '2030-01-31T00:00:00Z' })
  from?: string;

  @DateTime({ optional: true, description: 'Before this moment.', example: '2030-02-01T00:00:00Z' })
  to?: string;
}
