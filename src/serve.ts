import { Logger } from '@nestjs/common';
import { createService, type Service } from './app.setup.js';
import { OperatorKeys } from './auth/operator-keys.js';
import { Principal } from './auth/principal.js';
import { readEnvironment } from './config/environment.js';
import { SystemStarted, SystemStopped } from './events/system-events.js';
import { UnitOfWork } from './events/unit-of-work.js';
import { VERSION } from './version.js';

const DRAIN_MS = 30_000;
const SYSTEM = Principal.system('latchkey');

/** Serves until SIGINT or SIGTERM: then answers what is in flight, turns away the rest with 503, and ends. */
export async function serve(variables: NodeJS.ProcessEnv): Promise<void> {
  const environment = readEnvironment(variables);
  const service = await createService(environment);
  await recordStart(service);
  await service.app.listen({ host: environment.host, port: environment.port });
  new Logger('Latchkey').log(`Listening on ${await service.app.getUrl()}, Swagger UI on /docs`);
  const stopOnce = once(() => stop(service));
  process.on('SIGINT', stopOnce);
  process.on('SIGTERM', stopOnce);
}

async function recordStart({ app }: Service): Promise<void> {
  const operatorKeys = app.get(OperatorKeys, { strict: false });
  const generated = await app.get(UnitOfWork, { strict: false }).run(SYSTEM, async (work) => {
    const key = await operatorKeys.generateIfNone(work);
    const changes = [{ field: 'version', before: null, after: VERSION }];
    if (key) changes.push({ field: 'operatorKey', before: null, after: 'generated' });
    work.record(new SystemStarted(changes));
    return key;
  });
  await operatorKeys.reload();
  // Not a log line: it is shown this once, to whoever started the service, and kept nowhere.
  if (generated) process.stdout.write(`Operator key: ${generated}\n`);
}

async function stop({ app, drain }: Service): Promise<void> {
  await drain.stop(DRAIN_MS);
  await app
    .get(UnitOfWork, { strict: false })
    .run(SYSTEM, (work) => work.record(new SystemStopped()))
    .catch((error: unknown) => new Logger('Latchkey').error(error));
  await app.close();
}

function once(action: () => Promise<void>): () => void {
  let begun = false;
  return () => {
    if (begun) return;
    begun = true;
    void action();
  };
}
