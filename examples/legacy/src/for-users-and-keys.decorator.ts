import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiKeyGuard, PermissionGuard } from 'latchkey';
import { Open } from './users/open.decorator';

/** Leaves it to Latchkey who may call: API keys, and the users that `principalResolver` knows. */
export const ForUsersAndKeys = () => applyDecorators(Open(), UseGuards(ApiKeyGuard, PermissionGuard));
