import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { userInfo } from 'node:os';
import { Principal, WorkspacesService } from 'latchkey';
import { AppModule } from '../app.module.js';
import type { Environment } from '../config/environment.js';
import { dataSourceOptions } from '../config/data-source-options.js';
import { assertDatabaseExists } from '../config/existing-database.js';
import { PinoLogger } from '../config/pino-logger.js';

const STDERR = 2;
const SEVERE = ['error', 'fatal', 'silent'] as const;

/** The application without HTTP, and the person at the command line acting in it. */
export class Session {
  private constructor(private readonly context: INestApplicationContext) {}

  /**
   * Opens the application, runs the command and closes the application again, whatever came of it.
   *
   * @throws {NoDatabaseError} if there is no database yet: a mistyped path must not become a new, empty one.
   */
  static async run<T>(environment: Environment, command: (session: Session) => Promise<T>): Promise<T> {
    await assertDatabaseExists(dataSourceOptions(environment.databaseUrl));
    // One command remembers no keys, so it needs no lease, and a service may run on the same database.
    const context = await NestFactory.createApplicationContext(
      AppModule.forRoot(environment, { cacheSize: 0, restored: 'ignore' }),
      { logger: warningsOnly(environment), abortOnError: false },
    );
    try {
      return await command(new Session(context));
    } finally {
      await context.close();
    }
  }

  get<T>(service: Type<T>): T {
    return this.context.get(service, { strict: false });
  }

  /** Who acts, in no workspace. The trail names them. */
  readonly actor = Principal.system(`${userName()} (command line)`);

  /**
   * The same in a workspace.
   *
   * @param workspace its id, `externalId` or name
   * @throws {WorkspaceNotFoundError} | {WorkspaceAmbiguousError}
   */
  async actorIn(workspace: string): Promise<Principal> {
    const { id } = await this.get(WorkspacesService).called(workspace);
    return this.actor.in(id);
  }
}

function warningsOnly(environment: Environment): PinoLogger {
  const logLevel = SEVERE.find((level) => level === environment.logLevel) ?? 'warn';
  return new PinoLogger({ ...environment, logLevel }, STDERR);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that its system has no name for.
    return `user ${process.getuid?.()}`;
  }
}
