import { applyDecorators } from '@nestjs/common';
import { Protected } from './permissions';
import { Open } from './users/open.decorator';

/** Leaves it to Latchkey who may call: API keys, and the users that `principalResolver` knows. */
export const ForUsersAndKeys = () => applyDecorators(Open(), Protected());
