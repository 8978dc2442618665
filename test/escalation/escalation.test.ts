import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';
import { sequences, type Actor, type Command } from './commands.js';
import { Model, type Permissions } from './model.js';
import { EVERY, SUBJECTS } from './names.js';
import { System } from './system.js';

const SEQUENCES = { sqlite: 200, postgres: 40 } as const;
const wanted = Number(process.env['ESCALATION_SEQUENCES'] ?? 0);
const seed = process.env['ESCALATION_SEED'];
const AS_LONG_AS_IT_TAKES = 2 ** 31 - 1;

describe('Nobody holds a permission that no path of grants gave them', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    const numRuns = Math.ceil(wanted * (SEQUENCES[kind] / SEQUENCES.sqlite)) || SEQUENCES[kind];

    it(
      `in ${numRuns} sequences of commands by anybody, each answered as a model of the rules says`,
      async () => {
        const property = fc.asyncProperty(sequences, async (commands) => {
          const model = new Model();
          const system = await System.create(service);
          for (const command of commands) await step(command, model, system);
          await assertListed(model, system);
        });
        await fc.assert(property, { numRuns, ...(seed !== undefined && { seed: Number(seed) }) });
      },
      AS_LONG_AS_IT_TAKES,
    );
  });
});

async function step(command: Command, model: Model, system: System): Promise<void> {
  await assertPreview(command, model, system);
  const refusals = model.attempt(command);
  const refusal = await system.attempt(command);
  expect({ command, refusal }).toEqual({ command, refusal: refusals.find((code) => code === refusal) ?? refusals[0] });
  for (const actor of everybody(model)) {
    const principal = await system.principalOf(actor);
    const may = EVERY.filter((permission) => principal?.can(permission));
    const should = model.permissionsOf(actor);
    expect({ actor, accepted: !!principal, may }).toEqual({ actor, accepted: !!should, may: inOrder(should) });
  }
}

async function assertPreview({ actor, deed }: Command, model: Model, system: System): Promise<void> {
  if (deed.kind !== 'replaceRole') return;
  const after = model.copy();
  const refusals = after.attempt({ actor, deed });
  const effects = await system.preview({ actor, deed });
  if (refusals.length > 0) {
    expect(refusals).toContain(effects);
    return;
  }
  const names = model.names();
  const changes = (one: Permissions, other: Permissions) => names.filter((name) => one.has(name) && !other.has(name));
  const effect = (type: string, id: string, was: Permissions, is: Permissions) => {
    const [gains, loses] = [changes(is, was), changes(was, is)];
    return gains.length + loses.length > 0 ? [{ type, id, gains: gains.sort(), loses: loses.sort() }] : [];
  };
  const expected = [
    ...[...model.members.keys()].flatMap((subject) =>
      effect('member', subject, model.permissionsOfMember(subject), after.permissionsOfMember(subject)),
    ),
    ...model.keys.flatMap((key, at) =>
      effect('apikey', system.keys[at]!.id, model.permissionsOfKey(key), after.permissionsOfKey(after.keys[at]!)),
    ),
  ];
  const said =
    typeof effects === 'string'
      ? effects
      : effects.map((of) => ({ ...of, gains: of.gains.sort(), loses: of.loses.sort() }));
  expect({ deed, effects: said }).toEqual({ deed, effects: expect.arrayContaining(expected) });
  expect(said).toHaveLength(expected.length);
}

async function assertListed(model: Model, system: System): Promise<void> {
  const { keys, members } = await system.listed();
  const living = model.keys.flatMap((key, at) => (key.deleted ? [] : [{ id: system.keys[at]!.id, key }]));
  expect([...keys.keys()].sort()).toEqual(living.map(({ id }) => id).sort());
  for (const { id, key } of living) {
    const effective = keys.get(id);
    expect(EVERY.filter((permission) => effective?.has(permission))).toEqual(inOrder(model.permissionsOfKey(key)));
  }
  expect([...members.keys()].sort()).toEqual([...model.members.keys()].sort());
}

function everybody(model: Model): Actor[] {
  return [
    ...SUBJECTS.map((subject) => ({ type: 'member', subject }) as const),
    ...model.keys.map((_, nth) => ({ type: 'key', nth }) as const),
  ];
}

function inOrder(permissions: Permissions | undefined): string[] {
  return EVERY.filter((permission) => permissions?.has(permission));
}
