// What teams write by hand: a Nest guard that looks the hash up with TypeORM, on SQLite.
import { UnauthorizedException } from '@nestjs/common';
import { hash } from 'node:crypto';
import { DataSource, EntitySchema } from 'typeorm';
import { answerVerifications } from './measure.mjs';

const API_KEY = new EntitySchema({
  name: 'ApiKey',
  tableName: 'api_keys',
  columns: {
    id: { type: 'integer', primary: true },
    hash: { type: 'varchar', unique: true },
    name: { type: 'varchar' },
    permissions: { type: 'simple-json' },
    enabled: { type: 'boolean' },
    expiresAt: { type: 'datetime', nullable: true },
  },
});

class ApiKeyGuard {
  constructor(apiKeys) {
    this.apiKeys = apiKeys;
  }

  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const key = request.headers['x-api-key'];
    const found = await this.apiKeys.findOneBy({ hash: hash('sha256', key, 'base64url') });
    if (!found?.enabled || (found.expiresAt && found.expiresAt < new Date())) throw new UnauthorizedException();
    request.apiKey = found;
    return true;
  }
}

answerVerifications(
  async ({ folder, size }, keys) => {
    const dataSource = new DataSource({
      type: 'sqlite',
      database: `${folder}/typeorm-${size}.db`,
      enableWAL: true,
      entities: [API_KEY],
      synchronize: true,
    });
    await dataSource.initialize();
    const rows = Array.from({ length: size }, (_, at) => [keys.hash(at), `Billing worker ${at}`]);
    await dataSource.query(
      `INSERT INTO api_keys (hash, name, permissions, enabled)
       SELECT value->>0, value->>1, '["orders:read","orders:refund"]', 1 FROM json_each(?)`,
      [JSON.stringify(rows)],
    );
    const guard = new ApiKeyGuard(dataSource.getRepository(API_KEY));
    return {
      ways: {
        verify: (key) => {
          const request = { headers: { 'x-api-key': key } };
          return guard.canActivate({ switchToHttp: () => ({ getRequest: () => request }) });
        },
      },
    };
  },
  { callers: 16 },
);
