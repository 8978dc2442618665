import { InitialSchema1767225600000 } from './1767225600000-initial-schema.js';

/** Every migration, oldest first, for the `migrations` of a data source. */
export const LATCHKEY_MIGRATIONS = [InitialSchema1767225600000] as const;
