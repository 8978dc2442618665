import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestDatabase {
  options: TypeOrmModuleOptions;
  drop: () => Promise<void>;
}

export async function createDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-host-database-'));
  return {
    options: { type: 'better-sqlite3', database: join(folder, 'host.db'), enableWAL: true, timeout: 5000 },
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}
