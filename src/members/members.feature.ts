import type { Feature } from '../events/feature.js';
import { MemberAdded, MemberRemoved, MemberUpdated } from './events.js';
import { Member } from './member.entity.js';
import { MembersWithoutIdController } from './members-without-id.controller.js';
import { MembersController } from './members.controller.js';
import { MembersModule } from './members.module.js';

export const membersFeature = {
  module: MembersModule,
  route: 'member',
  controllers: [MembersController, MembersWithoutIdController],
  tag: {
    name: 'Members',
    description: 'The people of a workspace, by the `sub` of their tokens, and what each may do there.',
  },
  entities: [Member],
  events: [MemberAdded, MemberUpdated, MemberRemoved],
} as const satisfies Feature;
