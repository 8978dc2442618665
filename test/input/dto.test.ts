import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const ANYTHING = fc.jsonValue({ maxDepth: 4 });
const TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 110 }),
  fc.string({ unit: 'grapheme', maxLength: 110 }),
  fc.constantFrom('', ' ', '*', '\0', '\ud800', '__proto__', "'; --", '\u{1F5DD}\uFE0F'),
);

/** Mostly what fits, now and then anything. */
const mostly = <T>(fitting: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 14, arbitrary: fitting }, { weight: 1, arbitrary: TEXT }, { weight: 1, arbitrary: ANYTHING });

const date = fc.date({ min: new Date('2030-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });

/** A body that is nearly right, if it is not right. */
const NEARLY = fc.record(
  {
    keyName: mostly(fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 })),
    permissions: mostly(fc.subarray(['apikeys:view', 'apikeys:*', 'auditLogs:export', '*'], { minLength: 1 })),
    description: mostly(fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }))),
    expirationDate: mostly(fc.option(date.map((moment) => moment.toISOString()))),
    allowedIps: mostly(fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 4 })),
    rateLimit: mostly(
      fc.option(
        fc.record({ limit: fc.integer({ min: 1, max: 1e9 }), windowSeconds: fc.integer({ min: 1, max: 86_400 }) }),
      ),
    ),
    metadata: mostly(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })),
  },
  { requiredKeys: ['keyName', 'permissions'] },
);

/** A part of such a body. */
const PART = fc
  .record({
    part: NEARLY,
    fields: fc.subarray(['keyName', 'permissions', 'description', 'allowedIps', 'rateLimit', 'metadata']),
  })
  .map(({ part, fields }) => Object.fromEntries(Object.entries(part).filter(([field]) => fields.includes(field))));

describe('any JSON as a body', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const readBack = async (id: string) => (await workspace.operator.get(`/apikey/${id}`).expect(200)).body;

    it('POST /api/v1/apikey: is refused with 4xx, or creates a key that reads back as it was asked for', async () => {
      let created = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: NEARLY }, ANYTHING), async (asked) => {
          const { status, body } = await workspace.operator.post('/apikey', asked);
          if (status !== 201) {
            expect([400, 409]).toContain(status);
            expect(typeof body.message).toBe('string');
            return;
          }
          created += 1;
          const sent = overTheWire(asked);
          const key = await readBack(body.id);
          expect(key).toEqual({ ...body, apiKey: key.apiKey });
          expect(key).toMatchObject({ keyName: sent.keyName, permissions: sent.permissions });
          expect(key.description).toEqual(sent.description ?? null);
          expect(key.allowedIps).toEqual(sent.allowedIps ?? []);
          expect(key.rateLimit).toEqual(sent.rateLimit ?? null);
          expect(key.metadata).toEqual(sent.metadata ?? {});
          if (typeof sent.expirationDate === 'string') expect(key.expirationDate).toBe(sent.expirationDate);
        }),
        { numRuns: 120 },
      );
      expect(created).toBeGreaterThan(20);
    });

    it('POST /api/v1/apikey: any metadata of at most 8 KiB is kept as it is, and is on the trail', async () => {
      await fc.assert(
        fc.asyncProperty(fc.dictionary(TEXT, ANYTHING, { maxKeys: 8 }), async (metadata) => {
          const asked = { keyName: uniqueName('Key'), permissions: ['apikeys:view'], metadata };
          const { status, body } = await workspace.operator.post('/apikey', asked);
          if (status === 400) return;
          expect(status).toBe(201);
          expect((await readBack(body.id)).metadata).toEqual(overTheWire(metadata));
          const { body: trail } = await workspace.operator.get(`/audit?targetId=${body.id}`).expect(200);
          const change = trail.data[0].changes.find(({ field }: { field: string }) => field === 'metadata');
          expect(change.after).toEqual(overTheWire(metadata));
        }),
        { numRuns: 40 },
      );
    });

    it('PATCH /api/v1/apikey/:id: is refused with 4xx and changes nothing, or changes what it names alone', async () => {
      const { id } = await workspace.keyWith('apikeys:view');
      let changed = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: PART }, ANYTHING), async (asked) => {
          const before = await readBack(id);
          const { status } = await workspace.operator.patch(`/apikey/${id}`, asked);
          const after = await readBack(id);
          if (status !== 200) {
            expect([400, 409]).toContain(status);
            expect(after).toEqual(before);
            return;
          }
          changed += 1;
          const named = overTheWire(asked);
          const { updatedDate, effectivePermissions } = after;
          expect(after).toEqual({
            ...before,
            ...named,
            updatedDate,
            effectivePermissions,
          });
        }),
        { numRuns: 120 },
      );
      expect(changed).toBeGreaterThan(20);
    });
  });
});

function overTheWire(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
