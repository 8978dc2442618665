import { EntitySchema, getMetadataArgsStorage, type EntitySchemaOptions } from 'typeorm';
import { TableNames } from './database/table-names.js';
import { FEATURES } from './latchkey.features.js';

type EntityClass = new () => object;

/** Every entity, for the `entities` of a data source. */
export const LATCHKEY_ENTITIES: readonly EntityClass[] = FEATURES.flatMap(({ entities = [] }) => entities);

export interface LatchkeyEntitiesOptions {
  /**
   * What the names of the tables begin with: lower-case letters, digits and `_`, at most 20.
   *
   * @default 'latchkey_'
   */
  tablePrefix?: string;
}

type Options = EntitySchemaOptions<object>;

const PREFIX = /^[a-z][a-z0-9_]{0,19}$/;

/**
 * `LATCHKEY_ENTITIES` in tables with another prefix, for the `entities` of a data source: where several applications
 * share one schema. `LATCHKEY_MIGRATIONS` make the tables under the names that the data source's entities have.
 *
 * @throws {Error} if the prefix is none.
 */
export function latchkeyEntities({ tablePrefix = 'latchkey_' }: LatchkeyEntitiesOptions = {}): (
  EntityClass | EntitySchema<object>
)[] {
  if (!PREFIX.test(tablePrefix)) {
    throw new Error('tablePrefix must have 1 to 20 lower-case letters, digits or _, and begin with a letter.');
  }
  if (tablePrefix === 'latchkey_') return [...LATCHKEY_ENTITIES];
  const names = new TableNames(tablePrefix);
  return LATCHKEY_ENTITIES.map((target) => new EntitySchema(schemaOf(target, names)));
}

/** What the decorators of an entity say, in other names. */
function schemaOf(target: EntityClass, names: TableNames): Options {
  const storage = getMetadataArgsStorage();
  const ours = <T extends { target: unknown }>(all: T[]): T[] => all.filter((each) => each.target === target);
  const renamed = (name: string | undefined): string | undefined => name && names.in(name);

  const columns = ours(storage.columns).map(({ propertyName, options }) => {
    const { primaryKeyConstraintName } = options;
    return [propertyName, { ...options, primaryKeyConstraintName: renamed(primaryKeyConstraintName) }];
  });
  const relations = ours(storage.relations).map(({ propertyName, type }) => {
    const joined = ours(storage.joinColumns).find((each) => each.propertyName === propertyName);
    const foreignKeyConstraintName = renamed(joined?.foreignKeyConstraintName);
    const joinColumn = { name: joined?.name, foreignKeyConstraintName };
    return [propertyName, { type: 'many-to-one', target: (type as () => { name: string })().name, joinColumn }];
  });
  const [table] = ours(storage.tables);
  return {
    name: target.name,
    target,
    tableName: renamed(table?.name),
    withoutRowid: table?.withoutRowid ?? false,
    columns: Object.fromEntries(columns) as Options['columns'],
    relations: Object.fromEntries(relations) as Options['relations'],
    indices: ours(storage.indices).map(({ name, columns, where }) => ({
      name: renamed(name),
      columns: columns as string[],
      ...(where !== undefined && { where }),
    })),
    uniques: ours(storage.uniques).map(({ name, columns }) => ({ name: renamed(name), columns: columns as string[] })),
  };
}
