import type { INestApplication } from '@nestjs/common';

/** Puts the routes where the service has them: under `/api/v1`, but for those that operate it. */
export function placeRoutes(app: INestApplication): void {
  app.setGlobalPrefix('api/v1', { exclude: ['health/live', 'health/ready', 'metrics'] });
}
