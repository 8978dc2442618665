import { ApiSchema } from '@nestjs/swagger';
import { WholeNumber } from '../../input/fields.js';

@ApiSchema({ name: 'LatchkeyRateLimit' })
export class RateLimitDto {
  @WholeNumber({ min: 1, max: 1_000_000_000, description: 'How many uses a window.', example: 100 })
  limit!: number;

  @WholeNumber({ min: 1, max: 86_400, description: 'How long a window is.', example: 60 })
  windowSeconds!: number;
}
