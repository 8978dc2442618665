/** The host's TypeORM data source that everything of ours is in: its default one, or the one it named. */
export const DATA_SOURCE = Symbol('latchkey.dataSource');
