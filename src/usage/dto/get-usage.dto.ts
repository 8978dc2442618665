import { Moment } from '../../input/fields.js';
import type { WithDates } from '../../input/input-checker.js';

/** Which time a report is about. */
export class GetUsageDto {
  @Moment({
    optional: true,
    description: 'Since when; without it, 90 days before now, which is as long as uses are kept.',
    example: '2030-01-24T00:00:00Z',
  })
  from?: string;

  @Moment({ optional: true, description: 'Until when; without it, now.', example: '2030-01-31T00:00:00Z' })
  to?: string;
}

/** As the code of a host may give it. */
export type GetUsageInput = WithDates<GetUsageDto, 'from' | 'to'>;
