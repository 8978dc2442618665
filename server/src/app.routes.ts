import type { INestApplication } from '@nestjs/common';

/** The routes that operate the service. They answer at exactly these paths. */
export const OPERATIONS: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** Puts the routes where the service has them: under `/api/v1`, but for those that operate it. */
export function placeRoutes(app: INestApplication): void {
  app.setGlobalPrefix('api/v1', { exclude: [...OPERATIONS].map((path) => path.slice(1)) });
}
