import { setTimeout } from 'node:timers/promises';
import { uniqueName } from '../../support/service.js';
import type { ChangeCommand } from './commander.js';
import type { Facet } from './history.js';
import { BOTH, KEPT, TAKEN, type Stage } from './stage.js';
import { TestedKey } from './tested-key.js';

/** What happens to some keys, until all of them are deleted. */
export interface Plot {
  keys: readonly TestedKey[];
  play: () => Promise<void>;
}

/** Makes the keys of a plot, and everything else that it needs. */
export type PlotMaker = (stage: Stage) => Promise<Plot>;

const FOREIGN_RANGE = '203.0.113.0/24';
const UNTIL_EXPIRY_MS = 300;
const MOST_BETWEEN_LOOKS_MS = 200;
/** Dates are of whole milliseconds. */
const DATE_PRECISION_MS = 2;

/** A key is deleted. */
const deletion: PlotMaker = async (stage) => {
  const key = await stage.createKey();
  return { keys: [key], play: () => deleteKey(stage, key) };
};

/** Two delete a key at once, at two instances. */
const rivals: PlotMaker = async (stage) => {
  const key = await stage.createKey();
  return { keys: [key], play: () => deleteKey(stage, key, 2) };
};

const disabling: PlotMaker = (stage) =>
  aKeyThatIs(stage, ({ enabled }) => ({
    facet: enabled,
    restriction: { enabled: false },
    relief: { enabled: true },
  }));

const narrowing: PlotMaker = (stage) =>
  aKeyThatIs(stage, (key) => ({
    facet: key.permission(TAKEN),
    restriction: { permissions: [KEPT] },
    relief: { permissions: BOTH },
  }));

const exclusion: PlotMaker = (stage) =>
  aKeyThatIs(stage, ({ address }) => ({
    facet: address,
    restriction: { allowedIps: [FOREIGN_RANGE] },
    relief: { allowedIps: [] },
  }));

/** A key gets an expiry that is about to come. */
const expiry: PlotMaker = async (stage) => {
  const key = await stage.createKey();
  const expire = (): ChangeCommand => {
    const at = Date.now() + UNTIL_EXPIRY_MS;
    const moment = performance.now() + UNTIL_EXPIRY_MS;
    const body = { expirationDate: new Date(at).toISOString() };
    const binds = { from: moment - DATE_PRECISION_MS, by: moment + DATE_PRECISION_MS };
    // Refused if it comes too late for its own date.
    return { ...patch(key, body), closes: [key.unexpired], binds, refusedWith: 400 };
  };
  const play = async () => {
    await begin(stage, [key]);
    // Not repeated: until its later expiry the key would be accepted again.
    const certain = await stage.commander.attempt(expire(), stage.random.pick(stage.cluster.instances));
    await setTimeout(UNTIL_EXPIRY_MS + 2 * DATE_PRECISION_MS);
    await stage.examiner.askEverywhere(key);
    if (certain)
      await relieve(stage, [key], () => ({ ...patch(key, { expirationDate: null }), opens: [key.unexpired] }));
    await deleteKey(stage, key);
  };
  return { keys: [key], play };
};

/** A key has a permission through a role, which is taken from it. */
const roleTaken: PlotMaker = async (stage) => {
  const workspaceId = stage.anyWorkspace();
  const name = uniqueName('Role');
  await stage.commander.create({ method: 'POST', path: '/role', body: { name, permissions: [TAKEN] }, workspaceId });
  const key = await stage.createKey({ workspaceId, permissions: [KEPT], roles: [name] });
  const facet = key.permission(TAKEN);
  return restrictAndRelieve(stage, [key], {
    restrict: () => ({ ...patch(key, { roles: [] }), closes: [facet] }),
    relieve: () => ({ ...patch(key, { roles: [name] }), opens: [facet] }),
  });
};

/** Several keys have a permission through a role, which loses it. */
const roleEdited: PlotMaker = async (stage) => {
  const workspaceId = stage.anyWorkspace();
  const name = uniqueName('Role');
  const body = { name, permissions: [...BOTH] };
  const { id } = await stage.commander.create({ method: 'POST', path: '/role', body, workspaceId });
  const facet = `role ${String(id)}/${TAKEN}`;
  const given = (permission: string): Facet | undefined => (permission === TAKEN ? facet : undefined);
  const keys = [];
  for (let count = 0; count < 4; count += 1) keys.push(await stage.createKey({ workspaceId, roles: [name], given }));
  const put = (permissions: readonly string[]): ChangeCommand => {
    return { method: 'PUT', path: `/role/${String(id)}`, body: { name, permissions }, workspaceId };
  };
  return restrictAndRelieve(stage, keys, {
    restrict: () => ({ ...put([KEPT]), closes: [facet] }),
    relieve: () => ({ ...put(BOTH), opens: [facet] }),
  });
};

/** Several keys are owned by a member, who is demoted. */
const memberDemoted: PlotMaker = async (stage) => {
  const { put, facet, keys } = await createMember(stage);
  return restrictAndRelieve(stage, keys, {
    restrict: () => ({ ...put([KEPT]), closes: [facet] }),
    relieve: () => ({ ...put(BOTH), opens: [facet] }),
  });
};

/** Several keys are owned by a member, who is removed; and they with the member, or later. */
const memberRemoved: PlotMaker = async (stage) => {
  const { path, workspaceId, keys } = await createMember(stage);
  const isWithKeys = stage.random.chance(0.5);
  const removal = (): ChangeCommand => ({
    method: 'DELETE',
    path: isWithKeys ? `${path}?keys=delete` : path,
    workspaceId,
    // A look-up reads the owner after the key: one who is gone by then leaves it nothing that it may do.
    closes: keys.flatMap((key) => [isWithKeys ? key.exists : key.owned, ...BOTH.map((name) => key.permission(name))]),
  });
  const play = async () => {
    await begin(stage, keys);
    await watched(stage, keys, stage.commander.carryOut(removal));
    await askAboutAll(stage, keys);
    if (isWithKeys) stage.recorder.deletions += keys.length;
    else for (const key of keys) await deleteKey(stage, key);
  };
  return { keys, play };
};

/** A role is taken from the only key that has it, and deleted. */
const roleDeleted: PlotMaker = async (stage) => {
  const workspaceId = stage.anyWorkspace();
  const name = uniqueName('Role');
  const body = { name, permissions: [TAKEN] };
  const { id } = await stage.commander.create({ method: 'POST', path: '/role', body, workspaceId });
  const key = await stage.createKey({ workspaceId, permissions: [KEPT], roles: [name] });
  return takeAndDelete(stage, key, { taken: TAKEN, without: { roles: [] }, path: `/role/${String(id)}` });
};

/** A permission of the workspace's own is taken from the only key that has it, and deleted. */
const permissionDeleted: PlotMaker = async (stage) => {
  const workspaceId = stage.anyWorkspace();
  const name = uniqueName('orders:refund').replace(' ', '');
  const body = { name, description: 'Give money back.' };
  await stage.commander.create({ method: 'POST', path: '/permission', body, workspaceId });
  const both = [KEPT, name];
  const key = await stage.createKey({ workspaceId, permissions: both, effective: both });
  return takeAndDelete(stage, key, { taken: name, without: { permissions: [KEPT] }, path: `/permission/${name}` });
};

/** A key is deleted by the command line, of which no instance knows. */
const deletionByHand: PlotMaker = async (stage) => {
  const key = await stage.createKey();
  const play = async () => {
    await begin(stage, [key]);
    const command = ['key', 'delete', key.id, '--workspace', key.workspaceId, '--yes'];
    await watched(stage, [key], stage.commander.carryOutByHand(command, { closes: [key.exists] }));
    stage.recorder.deletions += 1;
    await askAboutAll(stage, [key]);
  };
  return { keys: [key], play };
};

/** An operator gets another key, and is deleted. */
const operatorDeleted: PlotMaker = async (stage) => {
  const name = uniqueName('operator').replace(' ', '-');
  const keyOf = (printed: Record<string, unknown>): TestedKey =>
    new TestedKey(uniqueName(name), String(printed['key']), '', []);
  const { printed } = await stage.commander.carryOutByHand(['operator', 'create', '--name', name]);
  const first = keyOf(printed);
  const play = async () => {
    await begin(stage, [first]);
    const rotation = stage.commander.carryOutByHand(['operator', 'rotate', name, '--yes'], { closes: [first.exists] });
    const rotated = await watched(stage, [first], rotation);
    await askAboutAll(stage, [first]);
    // One that is carried out late would end the next.
    const keys = rotated.isCertain ? [keyOf(rotated.printed)] : [];
    await begin(stage, keys);
    const closes = keys.map(({ exists }) => exists);
    await watched(
      stage,
      [first, ...keys],
      stage.commander.carryOutByHand(['operator', 'delete', name, '--yes'], { closes }),
    );
    stage.recorder.deletions += 1;
    await askAboutAll(stage, [first, ...keys]);
  };
  return { keys: [first], play };
};

/** A workspace is deleted, and all its keys with it. */
const workspaceDeleted: PlotMaker = async (stage) => {
  const body = { name: uniqueName('Workspace') };
  const { id } = await stage.commander.create({ method: 'POST', path: '/workspace', body });
  const workspaceId = String(id);
  const keys: TestedKey[] = [];
  for (let count = 0; count < 6; count += 1) keys.push(await stage.createKey({ workspaceId }));
  const play = async () => {
    await begin(stage, keys);
    const closes = keys.map(({ exists }) => exists);
    await stage.commander.carryOut(() => ({ method: 'DELETE', path: `/workspace/${workspaceId}`, closes }));
    stage.recorder.deletions += keys.length;
    await askAboutAll(stage, keys);
  };
  return { keys, play };
};

const MAKERS: readonly (readonly [PlotMaker, weight: number])[] = [
  [deletion, 50],
  [rivals, 8],
  [disabling, 9],
  [narrowing, 9],
  [exclusion, 6],
  [roleTaken, 4],
  [roleEdited, 3],
  [memberDemoted, 3],
  [memberRemoved, 3],
  [roleDeleted, 3],
  [permissionDeleted, 3],
  [deletionByHand, 1],
  [operatorDeleted, 1],
  [workspaceDeleted, 2],
];

/** Makes plots until so many keys are to be deleted: one of each kind, and then by weight. */
export async function makePlots(stage: Stage, deletions: number, withExpiry: boolean): Promise<Plot[]> {
  const makers = [...MAKERS, ...(withExpiry ? [[expiry, 5] as const] : [])];
  const bag = makers.flatMap(([maker, weight]) => Array.from({ length: weight }, () => maker));
  const once = makers.map(([maker]) => maker);
  const plots: Plot[] = [];
  let keys = 0;
  const make = async () => {
    while (keys < deletions) {
      keys += 1;
      const plot = await (once.pop() ?? stage.random.pick(bag))(stage);
      keys += plot.keys.length - 1;
      plots.push(plot);
    }
  };
  await Promise.all(Array.from({ length: MAKERS_AT_ONCE }, make));
  return plots;
}

const MAKERS_AT_ONCE = 8;

interface BackAndForth {
  restrict: () => ChangeCommand;
  relieve: () => ChangeCommand;
}

async function aKeyThatIs(
  stage: Stage,
  how: (key: TestedKey) => { facet: Facet; restriction: object; relief: object },
): Promise<Plot> {
  const key = await stage.createKey();
  const { facet, restriction, relief } = how(key);
  return restrictAndRelieve(stage, [key], {
    restrict: () => ({ ...patch(key, restriction), closes: [facet] }),
    relieve: () => ({ ...patch(key, relief), opens: [facet] }),
  });
}

interface Owner {
  workspaceId: string;
  path: string;
  put: (permissions: readonly string[]) => ChangeCommand;
  /** What the keys need for what is taken from the member. */
  facet: Facet;
  keys: TestedKey[];
}

/** A member, and some keys of theirs. */
async function createMember(stage: Stage): Promise<Owner> {
  const workspaceId = stage.anyWorkspace();
  const subject = uniqueName('member').replace(' ', '-');
  const path = `/member/${subject}`;
  const put = (permissions: readonly string[]): ChangeCommand => {
    return { method: 'PUT', path, body: { permissions: ['apikeys:create', ...permissions] }, workspaceId };
  };
  await stage.commander.create(put(BOTH));
  const token = await stage.cluster.people.token(subject);
  const facet = `member ${subject}/${TAKEN}`;
  const given = (permission: string): Facet | undefined => (permission === TAKEN ? facet : undefined);
  const keys = [];
  for (let count = 0; count < 3; count += 1)
    keys.push(await stage.createKey({ workspaceId, permissions: BOTH, token, given }));
  return { workspaceId, path, put, facet, keys };
}

interface Taking {
  /** The permission that the key loses. */
  taken: string;
  without: object;
  /** Of what gave it, which is deleted once nobody has it. */
  path: string;
}

/**
 * Takes something from a key, and deletes it. That is only possible once nobody has it, so it is the acknowledgement also
 * of a taking whose outcome is unknown.
 */
function takeAndDelete(stage: Stage, key: TestedKey, { taken, without, path }: Taking): Plot {
  const { workspaceId } = key;
  const closes = [key.permission(taken)];
  const anyInstance = () => stage.random.pick(stage.cluster.instances);
  const play = async () => {
    await begin(stage, [key]);
    for (let isDeleted = false, isRepetition = false; !isDeleted; isRepetition = true) {
      const isTaken = await stage.commander.attempt({ ...patch(key, without), closes }, anyInstance());
      const removal = { method: 'DELETE', path, workspaceId, closes, ...(!isTaken && { refusedWith: 409 }) } as const;
      isDeleted = await watched(stage, [key], stage.commander.attempt(removal, anyInstance(), isRepetition));
    }
    await askAboutAll(stage, [key]);
    await deleteKey(stage, key);
  };
  return { keys: [key], play };
}

function restrictAndRelieve(stage: Stage, keys: readonly TestedKey[], { restrict, relieve: back }: BackAndForth): Plot {
  const play = async () => {
    await begin(stage, keys);
    // What is carried out late would undo what comes after: then it stays as it is.
    let certain = true;
    for (let times = 1 + stage.random.below(2); certain && times > 0; times -= 1) {
      certain = await watched(stage, keys, stage.commander.carryOut(restrict));
      await askAboutAll(stage, keys);
      if (certain) certain = await relieve(stage, keys, back);
    }
    for (const key of keys) await deleteKey(stage, key);
  };
  return { keys, play };
}

async function relieve(stage: Stage, keys: readonly TestedKey[], change: () => ChangeCommand): Promise<boolean> {
  const certain = await watched(stage, keys, stage.commander.carryOut(change));
  await askAboutAll(stage, keys);
  return certain;
}

/** Deletes a key, with as many at once as there are rivals, and looks everywhere what has become of it. */
export async function deleteKey(stage: Stage, key: TestedKey, rivals = 1): Promise<void> {
  await begin(stage, [key]);
  const targets = stage.random.sample(stage.cluster.instances, rivals);
  await watched(
    stage,
    [key],
    stage.commander.carryOut(() => deleteCommand(key), targets),
  );
  stage.recorder.deletions += 1;
  await askAboutAll(stage, [key]);
}

export function deleteCommand({ id, workspaceId, exists }: TestedKey): ChangeCommand {
  return { method: 'DELETE', path: `/apikey/${id}`, workspaceId, closes: [exists] };
}

/** Draws attention to keys, some of which everybody knows by then, and some not. */
async function begin(stage: Stage, keys: readonly TestedKey[]): Promise<void> {
  for (const key of keys) stage.examiner.attend(key);
  if (stage.random.chance(0.7)) await askAboutAll(stage, keys);
}

/** Asks about keys while a change of them is under way, which it may be for as long as a lease. */
async function watched<T>(stage: Stage, keys: readonly TestedKey[], change: Promise<T>): Promise<T> {
  let underWay = true;
  const watch = async () => {
    while (underWay) {
      await stage.examiner.askEverywhere(stage.random.pick(keys));
      await setTimeout(stage.random.below(MOST_BETWEEN_LOOKS_MS));
    }
  };
  void watch();
  try {
    return await change;
  } finally {
    underWay = false;
  }
}

async function askAboutAll({ examiner }: Stage, keys: readonly TestedKey[]): Promise<void> {
  await Promise.all(keys.map((key) => examiner.askEverywhere(key)));
}

function patch({ id, workspaceId }: TestedKey, body: object): ChangeCommand {
  return { method: 'PATCH', path: `/apikey/${id}`, body, workspaceId };
}
