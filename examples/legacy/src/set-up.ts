import { ValidationPipe, VersioningType, type INestApplication } from '@nestjs/common';

/** What the program and its tests do alike with the application. */
export function setUp(app: INestApplication): void {
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  app.useGlobalPipes(
    new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, transform: true }),
  );
  app.enableShutdownHooks();
}
