import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PresentedKey } from '../../src/identity/presented-key.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { Client } from '../support/client.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';
import { KeptConnection } from './kept-connection.js';
import { measure, spin } from './measure.js';
import { separations } from './separation.js';
import { randomOrder, samples, stopClock } from './settings.js';

const SAMPLES = samples(10_000);
const KEYS_EACH = 100;
const COMPARISONS = 2 * 2 * 8;
/** Whether a key was tried before takes as long as memory does to answer: see docs/decisions/0023. */
const TOLERATED_MICROSECONDS = 5;
const PLANTED_MICROSECONDS = 50;
const PLANTED = `unknown, ${PLANTED_MICROSECONDS} µs later`;

type Secrets = Record<string, string[]>;

/** A use of a key, and how much later than at once. */
interface Use {
  secret: string;
  later: number;
}

describe('The time of a refusal does not tell what became of a well-formed key', () => {
  forEachStore((kind) => {
    let provider: IdentityProviderFixture;
    let service: RunningService;
    let uses: Record<string, Use[]>;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, provider.variables);
      uses = usesOf(await makeKeys(service, await provider.token('ann')));
      service.advance(120_000);
      stopClock(service);
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    it('in process', async () => {
      const verifier = service.app.get(KeyVerifier, { strict: false });
      const before = verifier.statistics().outcomes;
      const probe = ({ secret, later }: Use) => {
        spin(later);
        return verifier.authenticate(new PresentedKey(secret), { ip: '127.0.0.1' });
      };

      const times = await measure(probe, uses, SAMPLES, randomOrder());

      const { valid, malformed, ...refused } = verifier.statistics().outcomes;
      expect([valid, malformed]).toEqual([before['valid'], before['malformed']]);
      for (const reason of ['unknown', 'deleted', 'disabled', 'expired', 'orphaned']) {
        expect(refused[reason]).toBeGreaterThan(SAMPLES);
      }
      expect(separations(`KeyVerifier.authenticate on ${kind}`, times, COMPARISONS)).toEqual([PLANTED]);
    });

    it('over HTTP', async () => {
      const connection = new KeptConnection(service.url, 401);
      const probe = ({ secret, later }: Use) => {
        spin(later);
        return connection.send({ method: 'GET', path: '/api/v1/me', headers: { authorization: `Bearer ${secret}` } });
      };

      const times = await measure(probe, uses, SAMPLES, randomOrder());

      connection.close();
      expect(separations(`GET /api/v1/me on ${kind}`, times, COMPARISONS, TOLERATED_MICROSECONDS)).toEqual([PLANTED]);
    });
  });
});

/** What is planted must be found in the same run: else the machine was too busy for it to say anything. */
function usesOf(secrets: Secrets): Record<string, Use[]> {
  const uses = Object.entries(secrets).map(([name, all]) => {
    const later = name === PLANTED ? PLANTED_MICROSECONDS : 0;
    return [name, all.map((secret) => ({ secret, later }))];
  });
  return Object.fromEntries(uses) as Record<string, Use[]>;
}

/** By what became of them; of keys that hardly say anything, and of keys that say as much as they can. */
async function makeKeys(service: RunningService, token: string): Promise<Secrets> {
  const { id, operator } = await createWorkspace(service);
  const roles = ['manager', 'auditor', 'viewer'];
  await operator.put('/member/ann', { roles: ['admin'] }).expect(200);
  const ann = service.anonymous.as(token).in(id);
  const plain = { permissions: ['apikeys:view'] };
  const rich = { permissions: ['apikeys:*', 'roles:view'], roles, metadata: { note: 'x'.repeat(4000) } };
  const secrets: Secrets = { unknown: madeUp() };
  for (const [shape, by, body] of [
    ['', operator, plain],
    [' (rich)', ann, rich],
  ] as const) {
    const become = {
      deleted: {},
      disabled: {},
      expired: { expiresInSeconds: 60 },
    };
    for (const [state, settings] of Object.entries(become)) {
      secrets[state + shape] = await makeSome(by, { ...body, ...settings }, state);
    }
  }
  secrets['orphaned'] = await makeOrphans(operator, service.anonymous.as(token).in(id), rich);
  // Those of a class of its own: what is asked for twice as often is found faster.
  secrets[PLANTED] = madeUp();
  return secrets;
}

async function makeOrphans(operator: Client, ann: Client, body: object): Promise<string[]> {
  const orphaned = await makeSome(ann, body, 'orphaned');
  await operator.put('/member/bob', { roles: ['admin'] }).expect(200);
  await operator.delete('/member/ann').expect(200);
  return orphaned;
}

function madeUp(): string[] {
  return Array.from({ length: KEYS_EACH }, () => flat(generateKey('lk')));
}

async function makeSome(by: Client, body: object, state: string): Promise<string[]> {
  const secrets: string[] = [];
  for (let at = 0; at < KEYS_EACH; at += 1) {
    const created = await by.post('/apikey', { keyName: uniqueName('Key'), ...body }).expect(201);
    const path = `/apikey/${created.body.id}`;
    if (state === 'deleted') await by.delete(path).expect(200);
    if (state === 'disabled') await by.patch(path, { enabled: false }).expect(200);
    secrets.push(flat(created.body.apiKey));
  }
  return secrets;
}

/** The same text in one piece: how a string came to be must not show. */
function flat(text: string): string {
  return Buffer.from(text).toString('latin1');
}
