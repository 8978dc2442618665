// better-auth's api-key plugin, with its own rate limit off: as many questions as here it would refuse.
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import pg from 'pg';
import { answerVerifications } from './measure.mjs';

const KEYS_OF_A_USER = 4;

answerVerifications(({ storage, ...settings }, keys) => OPEN[storage](settings, keys), { callers: 16 });

const OPEN = {
  /** In its database. */
  postgres: async ({ url, size }, keys) => {
    const database = new pg.Pool({ connectionString: url, max: 16 });
    const auth = createAuth({ database }, { storage: 'database' });
    const { runMigrations } = await getMigrations(auth.options);
    await runMigrations();
    await createSample(auth);
    const { rows } = await database.query('SELECT * FROM apikey');
    const columns = Object.keys(rows[0]).map((column) => `"${column}"`);
    const values = columns.map((column) => NEW_VALUES[column] ?? `sample.${column}`);
    const hashes = Array.from({ length: size }, (_, at) => keys.hash(at));
    await database.query(
      `INSERT INTO apikey (${columns.join(', ')}) SELECT ${values.join(', ')}
       FROM apikey AS sample, unnest($1::text[]) WITH ORDINALITY AS new (hash, number)`,
      [hashes],
    );
    await database.query('VACUUM ANALYZE');
    return { ways: waysOf(auth) };
  },

  /** In what it calls a secondary storage, in this process's memory: the fastest there is. */
  memory: async ({ size }, keys) => {
    const stored = new Map();
    const storage = {
      get: (key) => stored.get(key) ?? null,
      set: (key, value) => void stored.set(key, value),
      delete: (key) => void stored.delete(key),
    };
    const auth = createAuth({ secondaryStorage: storage }, { storage: 'secondary-storage' });
    const { id } = await createSample(auth);
    const text = JSON.parse(stored.get(`api-key:by-id:${id}`));
    for (let at = 0; at < size; at += 1) {
      const referenceId = `user-${Math.floor(at / KEYS_OF_A_USER)}`;
      const record = { ...text, id: `key-${at}`, key: keys.hash(at), referenceId };
      stored.set(`api-key:${record.key}`, JSON.stringify(record));
      stored.set(`api-key:by-id:${record.id}`, JSON.stringify(record));
      const others = JSON.parse(stored.get(`api-key:by-ref:${referenceId}`) ?? '[]');
      stored.set(`api-key:by-ref:${referenceId}`, JSON.stringify([...others, record.id]));
    }
    return { ways: waysOf(auth) };
  },
};

const NEW_VALUES = {
  '"id"': `'key-' || new.number`,
  '"key"': 'new.hash',
  '"referenceId"': `'user-' || new.number / ${KEYS_OF_A_USER}`,
};

function createAuth(options, plugin) {
  return betterAuth({
    ...options,
    secret: 'a-secret-of-the-benchmark-and-of-nothing-else',
    baseURL: 'http://127.0.0.1',
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    // It complains of the tables that are about to be made.
    logger: { disabled: true },
    plugins: [apiKey({ ...plugin, rateLimit: { enabled: false } })],
  });
}

/** A key that the plugin made itself, to make all others after. */
async function createSample(auth) {
  const body = { email: 'bench@example.com', password: 'a-long-password', name: 'Bench' };
  const { user } = await auth.api.signUpEmail({ body });
  const permissions = { orders: ['read', 'refund'] };
  return auth.api.createApiKey({ body: { userId: user.id, name: 'Billing worker', permissions } });
}

function waysOf(auth) {
  return { verify: async (key) => (await auth.api.verifyApiKey({ body: { key } })).valid };
}
