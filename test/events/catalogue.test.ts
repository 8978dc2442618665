import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { AppModule } from '../../server/src/app.module.js';
import { AuditListener } from '../../src/audit/audit.listener.js';
import { describeError } from '../../src/kernel/describe-error.js';
import { readEnvironment } from '../../server/src/config/environment.js';
import { InTransaction } from '../../src/events/in-transaction.decorator.js';
import { EVENT_CATALOGUE } from '../../src/latchkey.module.js';
import { createStore, type Store } from '../support/stores.js';

@Injectable()
class HearsOnlyDeletions {
  @InTransaction('apikey.deleted')
  async hear(): Promise<void> {
    // That there is a handler is all that matters.
  }
}

describe('the catalogue of events', () => {
  let store: Store;

  beforeEach(async () => {
    store = await createStore('sqlite');
  });

  afterEach(() => store.drop());

  const application = (): TestingModuleBuilder =>
    Test.createTestingModule({ imports: [AppModule.forRoot(readEnvironment({ DATABASE_URL: store.url }))] });

  const start = async (builder: TestingModuleBuilder) => {
    const app = await builder.compile();
    app.useLogger(false);
    try {
      await app.init();
    } finally {
      await app.close();
    }
  };

  it('is heard in full by the audit trail', async () => {
    await expect(start(application())).resolves.toBeUndefined();
  });

  it('keeps the application from starting if nobody hears it', async () => {
    const deaf = application().overrideProvider(AuditListener).useValue({});
    await expect(start(deaf)).rejects.toThrow(
      /No in-transaction handler hears .*ApiKeyCreated \(apikey\.created\).*ApiKeyDeleted \(apikey\.deleted\).*SystemStopped/,
    );
  });

  it('keeps the application from starting if one event of it is heard by nobody', async () => {
    const almostDeaf = application().overrideProvider(AuditListener).useClass(HearsOnlyDeletions);
    const message: string = (await start(almostDeaf).catch(describeError)) ?? '';
    for (const { action } of EVENT_CATALOGUE) {
      expect(message.includes(`(${action})`)).toBe(action !== 'apikey.deleted');
    }
  });

  it('has one class for each action', () => {
    const actions = EVENT_CATALOGUE.map(({ action }) => action);
    expect(new Set(actions).size).toBe(actions.length);
  });
});
