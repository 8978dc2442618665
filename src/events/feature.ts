import type { Type } from '@nestjs/common';
import type { ErrorClass } from '../kernel/latchkey-error.js';
import type { DomainEventClass } from './domain-event.js';
import type { InsertOnlyTable } from '../database/trail-protection.js';
import type { ToldTables } from './feature-tables.js';
import type { WorkspaceContents } from './workspace-contents.js';

/** All that the composition must know of a feature: its manifest, in `<feature>.feature.ts`. */
export interface Feature extends ToldTables {
  /** Its providers; it exports what hosts may use. */
  module: Type;
  /** How a host names its routes in the option `controllers`: the first word of their paths. */
  route?: string;
  controllers?: readonly Type[];
  /** Its part of the OpenAPI document: the name that its controllers have in `@ApiTags`. */
  tag?: { name: string; description: string };
  /** Its tables. */
  entities?: readonly (new () => object)[];
  /** Those of its tables of which the database refuses to change a row. */
  insertOnlyTables?: readonly InsertOnlyTable[];
  /** The events that it emits. Each must be heard inside its transaction, or the application does not start. */
  events?: readonly DomainEventClass[];
  /** What it refuses: the classes of its errors, each with its kind and its code. */
  errors?: readonly ErrorClass[];
  /** What of it goes with a workspace that is deleted; the module exports it. */
  workspaceContents?: readonly Type<WorkspaceContents>[];
}
