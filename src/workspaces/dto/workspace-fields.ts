import { Identifier, Name, type FieldOptions } from '../../input/fields.js';

/** The fields of a workspace, once for every DTO that has them. */
type Presence = Pick<FieldOptions, 'optional' | 'nullable'>;

export const WorkspaceName = (presence: Presence = {}) =>
  Name({
    ...presence,
    description: 'A name, for people. Several workspaces may have the same.',
    example: 'Acme',
  });

/** Such that a header can carry it, and that it does not mean every workspace. */
export const WorkspaceExternalId = (options: Presence & { example?: string } = {}) =>
  Identifier({
    optional: true,
    example: 'company-4711',
    ...options,
    max: 255,
    form: { pattern: /^(?!\*$)[\x21-\x7e]+$/, rule: 'visible ASCII characters without spaces, and not * alone' },
    description: 'Your own id of the tenant, unique, in visible ASCII. It names the workspace wherever its id does.',
  });
