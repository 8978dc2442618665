import { withoutId } from '../auth/without-id.js';
import { RequirePermissions } from '../authorization/access.decorators.js';
import type { Feature } from '../events/feature.js';
import { MemberAdded, MemberRemoved, MemberUpdated } from './events.js';
import { Member } from './member.entity.js';
import { MembersController } from './members.controller.js';
import { MembersModule } from './members.module.js';
import { MemberNotFoundError, LastAdminError } from './errors.js';

const MAY_MANAGE = RequirePermissions('members:manage');

export const membersFeature = {
  module: MembersModule,
  route: 'member',
  controllers: [MembersController, withoutId('member', 'member', { put: MAY_MANAGE, delete: MAY_MANAGE })],
  tag: {
    name: 'Members',
    description: 'The people of a workspace, by the `sub` of their tokens, and what each may do there.',
  },
  entities: [Member],
  holders: [{ type: 'member', table: 'latchkey_members', id: 'subject', hasUniqueIds: false }],
  workspaceTables: [{ table: 'latchkey_members', key: 'subject' }],
  events: [MemberAdded, MemberUpdated, MemberRemoved],
  errors: [MemberNotFoundError, LastAdminError],
} as const satisfies Feature;
