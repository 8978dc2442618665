import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/common/key-format.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { Answer, Client, Pending } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { holdLookUps } from '../support/held-look-ups.js';
import { scrape } from '../support/metrics.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const MOST = 64;
const GUESSER = '203.0.113.7';
const NEIGHBOUR = '203.0.113.250';
const OTHER = '198.51.100.1';

describe('Look-ups of keys that are not in memory', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let release: () => void;

    beforeAll(async () => {
      service = await startService(kind, { TRUST_PROXY: '1' });
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
  });
});
