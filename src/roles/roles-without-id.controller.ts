import { Controller, Delete, Put, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermissions } from '../authorization/access.decorators.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { UncheckedInput } from '../http/route-input.js';
import { ApiRefusals } from '../http/documentation/api-refusals.decorator.js';
import { IdRequiredError } from '../kernel/latchkey-error.js';

const RESOURCE = 'role';
const SUMMARY = 'Refuses, for the id is missing.';

/** Commands on one role that name none: refused with 412, and on the trail, instead of an unknown route. */
@ApiTags('Without an id')
@Controller({ path: 'role', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
@UncheckedInput()
export class RolesWithoutIdController {
  @Put()
  @ApiOperation({ operationId: 'replaceRoleWithoutId', summary: SUMMARY })
  @RequirePermissions('roles:manage')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  replace(): never {
    throw new IdRequiredError(RESOURCE);
  }

  @Delete()
  @ApiOperation({ operationId: 'deleteRoleWithoutId', summary: SUMMARY })
  @RequirePermissions('roles:manage')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  delete(): never {
    throw new IdRequiredError(RESOURCE);
  }
}
