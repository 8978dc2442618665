import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Principal } from '../../src/identity/principal.js';
import { Database } from '../../src/database/database.js';
import { OperatorsService } from '../../src/operators/operators.service.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { Answer, Client, Pending } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { holdLookUps } from '../support/held-look-ups.js';
import { scrape } from '../support/metrics.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const MOST = 64;
const GUESSER = '203.0.113.7';
const NEIGHBOUR = '203.0.113.250';
const OTHER = '198.51.100.1';
/** An operator's key without the form of keys. */
const WORD = randomBytes(33).toString('base64');

describe('Look-ups of keys that are not in memory', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let release: () => void;

    beforeAll(async () => {
      const started = await startService(kind, { TRUST_PROXY: '1', LATCHKEY_OPERATOR_KEY: WORD });
      service = { ...started, operator: started.anonymous.as(WORD) };
    });

    beforeEach(async () => {
      workspace = await createWorkspace(service);
    });

    afterEach(() => release());

    afterAll(() => service.stop());

    const from = (ip: string, client: Client = service.anonymous) => client.with({ 'x-forwarded-for': ip });
    const guess = (ip: string) => from(ip).as(generateKey('lk')).get('/me');
    const arePending = (count: number) =>
      eventually(`${count} look-ups are pending`, async () =>
        (await scrape(service.anonymous)).value('latchkey_key_lookups') === count ? true : undefined,
      );
    const refusedSoFar = async () => (await scrape(service.anonymous)).value('latchkey_key_lookups_refused_total');
    const createOperator = () => {
      const operators = service.app.get(OperatorsService, { strict: false });
      const name = uniqueName('operator').toLowerCase().replaceAll(' ', '-');
      return operators.create(Principal.system('test'), { name });
    };
    /** As many as one source may have, none of which is answered yet. */
    const guessAll = async (): Promise<Pending[]> => {
      const guesses = Array.from({ length: MOST }, () => guess(GUESSER));
      await arePending(MOST);
      return guesses;
    };

    it('429: more than 64 of one network at a time, whether the key exists or not', async () => {
      const key = await workspace.keyWith('apikeys:view');
      release = holdLookUps(service);
      const guesses = await guessAll();
      const before = await refusedSoFar();

      const refused: Answer[] = [];
      for (const ip of [GUESSER, NEIGHBOUR]) {
        refused.push(await guess(ip).expect(429, 'rate_limit.exceeded'));
        refused.push(await from(ip, key.client).get('/me').expect(429, 'rate_limit.exceeded'));
      }
      for (const { headers, body } of refused) {
        expect(headers.get('retry-after')).toBe('1');
        expect(headers.get('ratelimit')).toBe('"look-ups";r=0;t=1');
        expect(headers.get('ratelimit-policy')).toBe('"look-ups";q=64;qu="concurrent-requests"');
        expect(body.message).toBe(refused[0]!.body.message);
      }
      expect(await refusedSoFar()).toBe(before + 4);

      release();
      for (const each of guesses) await each.expect(401);
      await arePending(0);
      await from(GUESSER, key.client).get('/me').expect(200);
    });

    it('lets other networks in, and keys in memory from everywhere', async () => {
      const remembered = await workspace.keyWith('apikeys:verify');
      const [first, second] = [await workspace.keyWith('apikeys:view'), await workspace.keyWith('apikeys:view')];
      await remembered.client.get('/me').expect(200);
      release = holdLookUps(service);
      const guesses = await guessAll();

      await from(GUESSER, remembered.client).get('/me').expect(200);
      const entered = [from(OTHER, first.client).get('/me'), from('2001:db8::1', second.client).get('/me')];
      await arePending(MOST + 2);

      release();
      for (const each of entered) await each.expect(200);
      for (const each of guesses) await each.expect(401);
    });

    it('lets operators in whom it remembers, however much their network asks for', async () => {
      const { secret } = await createOperator();
      // The one of the environment and one whose key has the form of keys.
      const operators = [service.operator, service.anonymous.as(secret)];
      for (const each of operators) await each.get('/me').expect(200);
      release = holdLookUps(service);
      const guesses = await guessAll();

      for (const each of operators) await from(GUESSER, each).get('/me').expect(200);

      release();
      for (const each of guesses) await each.expect(401);
    });

    it('401: a typo, a word and no key at all, with no read of the database', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const wrong = [`${key.secret.slice(0, -1)}${key.secret.endsWith('0') ? '1' : '0'}`, 'x'.repeat(40), 'word'];
      await service.anonymous.as(wrong[0]!).get('/me').expect(401);
      const reads: string[] = [];
      const database = service.app.get(Database, { strict: false });
      const [query, lookUp] = [database.query.bind(database), database.lookUp.bind(database)];
      database.query = (sql, parameters) => {
        reads.push(sql);
        return query(sql, parameters);
      };
      database.lookUp = (read, parameters) => {
        reads.push(read.sql);
        return lookUp(read, parameters);
      };
      release = () => Object.assign(database, { query, lookUp });

      const answers: Answer[] = [];
      for (const text of wrong) answers.push(await service.anonymous.as(text).get('/me').expect(401));
      answers.push(await service.anonymous.get('/me').expect(401));
      answers.push(await service.anonymous.as(wrong[0]!).with({ 'x-api-key': key.secret }).get('/me').expect(401));

      expect(reads.filter((sql) => /latchkey_(operators|api_keys|deleted_keys)/.test(sql))).toEqual([]);
      release();
      const looked = await service.anonymous.as(generateKey('lk')).get('/me').expect(401);
      const same = ({ headers, body }: Answer) => [{ ...body, requestId: '' }, [...headers.keys()].toSorted()];
      for (const answer of answers) expect(same(answer)).toEqual(same(looked));
    });

    it('asks the database where it does not remember who the operators are, also for a word', async () => {
      release = () => undefined;
      await service.operator.get('/me').expect(200);
      const { operator } = await createOperator();
      // Nobody is remembered then.
      await service.app.get(OperatorsService, { strict: false }).rotate(Principal.system('test'), operator.name);
      await service.operator.get('/me').expect(200);
    });

    it('leaves refusals off the trail', async () => {
      release = holdLookUps(service);
      const guesses = await guessAll();
      for (let count = 0; count < 5; count += 1) await guess(GUESSER).expect(429);
      release();
      for (const each of guesses) await each.expect(401);

      const { body } = await service.operator.in('*').get('/audit?limit=500').expect(200);
      const refusals = body.data.filter(({ statusCode }: { statusCode: number }) => statusCode === 429);
      expect(refusals).toEqual([]);
    });

    it('joins those of one source that ask for the same key', async () => {
      const key = await workspace.keyWith('apikeys:view');
      release = holdLookUps(service);
      const others = await guessAll();
      const misses = async () => (await scrape(service.anonymous)).value('latchkey_key_cache_misses_total');
      const before = await misses();
      const answers = Array.from({ length: 2 * MOST }, () => from(OTHER, key.client).get('/me'));
      await eventually('all have arrived', async () => ((await misses()) === before + 2 * MOST ? true : undefined));
      expect((await scrape(service.anonymous)).value('latchkey_key_lookups')).toBe(MOST + 1);

      release();
      for (const each of answers) await each.expect(200);
      for (const each of others) await each.expect(401);
    });

    describe('POST /api/v1/verify', () => {
      const verify = (client: Client, ip?: string) => client.post('/verify', { apiKey: generateKey('lk'), ip });
      const verifyAll = async (client: Client, ip?: string): Promise<Pending[]> => {
        const verifications = Array.from({ length: MOST }, () => verify(client, ip));
        await arePending(MOST);
        return verifications;
      };

      it('429: more than 64 at a time for the network that it names; another’s are looked up', async () => {
        const caller = await workspace.keyWith('apikeys:verify');
        const key = await workspace.keyWith('apikeys:view');
        await caller.client.get('/me').expect(200);
        release = holdLookUps(service);
        const verifications = await verifyAll(caller.client, GUESSER);
        const before = await refusedSoFar();

        const { headers } = await verify(caller.client, NEIGHBOUR).expect(429, 'rate_limit.exceeded');
        expect(headers.get('retry-after')).toBe('1');
        await caller.client.post('/verify', { apiKey: key.secret, ip: GUESSER }).expect(429, 'rate_limit.exceeded');
        expect(await refusedSoFar()).toBe(before + 2);
        // What a service says of its users is not held against those who call here themselves.
        const entered = [verify(caller.client, OTHER), verify(caller.client)];
        const own = guess(GUESSER);
        await arePending(MOST + 3);

        release();
        for (const each of [...verifications, ...entered]) {
          expect((await each.expect(200)).body).toEqual({ valid: false, code: 'not_found' });
        }
        await own.expect(401);
      });

      it('429: more than 64 at a time for the workspace, where it names none; another’s are looked up', async () => {
        const caller = await workspace.keyWith('apikeys:verify');
        const other = await (await createWorkspace(service)).keyWith('apikeys:verify');
        for (const { client } of [caller, other]) await client.get('/me').expect(200);
        release = holdLookUps(service);
        const verifications = await verifyAll(caller.client);

        // Past the shortcut that most verifications take, too.
        await verify(caller.client).expect(429, 'rate_limit.exceeded');
        await verify(caller.client.in(workspace.id)).expect(429, 'rate_limit.exceeded');
        const entered = verify(other.client);
        await arePending(MOST + 1);

        release();
        for (const each of [...verifications, entered]) await each.expect(200);
        const { body } = await service.operator.in(workspace.id).get('/audit?action=request.failed').expect(200);
        expect(body.data).toEqual([]);
      });
    });

    it('refuses a host’s look-ups alike, by the address that it names', async () => {
      const verifier = service.app.get(KeyVerifier, { strict: false });
      release = holdLookUps(service);
      const verify = async (ip: string) => verifier.verify(generateKey('lk'), { ip });
      const verifications = Array.from({ length: MOST }, () => verify(GUESSER));

      await expect(verify(NEIGHBOUR)).rejects.toMatchObject({ code: 'rate_limit.exceeded' });
      const other = verify(OTHER);

      release();
      const results = await Promise.all([...verifications, other]);
      expect(new Set(results.map((result) => !result.valid && result.reason))).toEqual(new Set(['unknown']));
    });

    it('looks up what is asked for again after it was refused while it waited', async () => {
      const verifier = service.app.get(KeyVerifier, { strict: false });
      release = holdLookUps(service);
      const verify = async ({ secret, ip }: { secret: string; ip: string }) => verifier.verify(secret, { ip });
      const asked = Array.from({ length: 20 * MOST }, (_, at) => ({
        secret: generateKey('lk'),
        ip: `203.0.${Math.floor(at / MOST)}.1`,
      }));
      const answers = Promise.allSettled(asked.map(verify));

      release();
      const states = (await answers).map(({ status }) => status);
      const refused = asked.filter((_, at) => states[at] === 'rejected');
      // Those of the first network had come to wait, and gave way to others.
      expect(states.slice(0, MOST)).toContain('rejected');
      for (const each of refused) expect(await verify(each)).toMatchObject({ valid: false, reason: 'unknown' });
    });
  });
});
