import { changesBetween } from '../events/changes.js';
import type { HeldRole } from '../grants/held-grants.js';
import type { ApiKey } from './api-key.entity.js';
import type { UpdateApiKeyDto } from './dto/update-api-key.dto.js';

/** What callers set of a key, by its name in the API. */
export type SettingName = Exclude<keyof UpdateApiKeyDto, 'expiresInSeconds'>;

/** The row of a key, and what is kept elsewhere. */
interface Settable extends ApiKey {
  roles: readonly HeldRole[];
}

type Setting = {
  [Field in keyof Settable]: {
    /** Where a key has it. */
    field: Field;
    /** Whether it says what the key can do, which the rule against escalation weighs, or something that others read of it. */
    about: 'power' | 'key';
    /** What a new key has of which nothing is said. */
    initial?: Settable[Field];
    /** How the API and the trail show it, if not as it is. */
    shown?: (value: Settable[Field]) => unknown;
  };
}[keyof Settable];

/**
 * All that callers set of a key. What stands here is stored, compared, put on the trail and shown; the compiler refuses
 * whatever is a field of the bodies, or a column, and stands neither here nor below.
 */
const SETTINGS = {
  keyName: { field: 'name', about: 'key' },
  permissions: { field: 'permissions', about: 'power', initial: [] },
  roles: { field: 'roles', about: 'power', initial: [], shown: (roles) => roles.map(({ name }) => name) },
  description: { field: 'description', about: 'key', initial: null },
  expirationDate: { field: 'expirationDate', about: 'power', initial: null },
  allowedIps: { field: 'allowedIps', about: 'power', initial: [] },
  rateLimit: { field: 'rateLimit', about: 'power', initial: null },
  metadata: { field: 'metadata', about: 'key', initial: {} },
  enabled: { field: 'enabled', about: 'power', initial: true },
  owner: { field: 'ownerSubject', about: 'power', initial: null, shown: ownerOf },
} as const satisfies Record<SettingName, Setting>;

/** The other columns, and whether hosts are told of them. */
const OTHERS = {
  id: true,
  workspaceId: true,
  searchName: false,
  hash: false,
  hint: true,
  createdDate: true,
  updatedDate: true,
  createdBy: true,
  creatorKeyId: false,
  orphanedDate: true,
  lastUsedDate: true,
  version: true,
} as const satisfies Record<Exclude<keyof ApiKey, SettingField>, boolean>;

type SettingField = (typeof SETTINGS)[SettingName]['field'];
type ToldField = {
  [Field in keyof typeof OTHERS]: (typeof OTHERS)[Field] extends true ? Field : never;
}[keyof typeof OTHERS];

/** What callers have set of a key, and whether its owner is gone. */
export type KeySettings = Pick<Settable, SettingField | 'orphanedDate'>;

/** What a caller says of the settings, read: what is absent is not spoken of. */
export type SaidSettings = { [Name in SettingName]?: KeySettings[(typeof SETTINGS)[Name]['field']] };

/** How the API and the trail show the settings. */
export type ShownSettings = {
  [Name in SettingName]: (typeof SETTINGS)[Name] extends { shown: (value: never) => infer Shown }
    ? Shown
    : KeySettings[(typeof SETTINGS)[Name]['field']];
};

/** What the code of a host may know of a key: all but its hash, and its name a second time. */
export type ApiKeyDetails = Pick<ApiKey, Exclude<SettingField, 'roles'> | ToldField>;

const ALL = Object.entries<Setting>(SETTINGS) as [SettingName, Setting][];
const INITIAL = Object.fromEntries(ALL.map(([, { field, initial }]) => [field, initial]));
const COLUMNS = ALL.map(([, { field }]) => field).filter((field) => field !== 'roles');
const SAID = ALL.filter(([, { about }]) => about === 'key').map(([, { field }]) => field);
const TOLD = [...COLUMNS, ...Object.entries(OTHERS).flatMap(([field, isTold]) => (isTold ? [field] : []))];

/** The settings of a new key. */
export function newSettings(said: SaidSettings & { keyName: string }): KeySettings {
  return settingsAfter({ ...structuredClone(INITIAL), orphanedDate: null } as unknown as KeySettings, said);
}

/** The settings after a change. Whoever is bound to a member, to another or again, is not orphaned any more. */
export function settingsAfter(before: KeySettings, said: SaidSettings): KeySettings {
  const orphanedDate = said.owner === undefined ? before.orphanedDate : null;
  const changed = ALL.filter(([name]) => said[name] !== undefined).map(([name, { field }]) => [field, said[name]]);
  return { ...before, orphanedDate, ...(Object.fromEntries(changed) as Partial<KeySettings>) };
}

/** The settings in the API’s names. */
export function shown(settings: KeySettings): ShownSettings {
  const show = ({ field, shown: as }: Setting): unknown => {
    const value = settings[field as SettingField];
    return as ? (as as (value: unknown) => unknown)(value) : value;
  };
  return Object.fromEntries(ALL.map(([name, setting]) => [name, show(setting)])) as unknown as ShownSettings;
}

/** Whether something is another that others read of the key, and that says nothing of what it can do. */
export function saysOther(before: KeySettings, after: KeySettings): boolean {
  const said = (settings: KeySettings) => pick(settings, SAID) as Record<string, unknown>;
  return changesBetween(said(before), said(after)).length > 0;
}

/** What is stored of the settings in the row of a key. */
export function columnsOf(settings: KeySettings): Pick<ApiKey, Exclude<SettingField, 'roles'> | 'orphanedDate'> {
  return pick(settings, [...COLUMNS, 'orphanedDate']) as Pick<ApiKey, Exclude<SettingField, 'roles'> | 'orphanedDate'>;
}

export function detailsOf(key: ApiKey): ApiKeyDetails {
  return pick(key, TOLD) as unknown as ApiKeyDetails;
}

/** An owner as the API shows it. */
function ownerOf(subject: string | null): { type: 'user'; id: string } | null {
  return subject === null ? null : { type: 'user', id: subject };
}

function pick(from: object, fields: readonly string[]): object {
  return Object.fromEntries(fields.map((field) => [field, (from as Record<string, unknown>)[field]]));
}
