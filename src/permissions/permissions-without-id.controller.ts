import { Controller, Delete, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermissions } from '../authorization/access.decorators.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { UncheckedInput } from '../http/route-input.js';
import { ApiRefusals } from '../http/documentation/api-refusals.decorator.js';
import { IdRequiredError } from '../kernel/latchkey-error.js';

const RESOURCE = 'permission';
const SUMMARY = 'Refuses, for the id is missing.';

/** Commands on one permission that name none: refused with 412, and on the trail, instead of an unknown route. */
@ApiTags('Without an id')
@Controller({ path: 'permission', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
@UncheckedInput()
export class PermissionsWithoutIdController {
  @Delete()
  @ApiOperation({ operationId: 'deletePermissionWithoutName', summary: SUMMARY })
  @RequirePermissions('permissions:manage')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  delete(): never {
    throw new IdRequiredError(RESOURCE);
  }
}
