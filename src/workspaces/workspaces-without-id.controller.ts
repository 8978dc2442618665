import { Controller, Delete, Patch, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermissions } from '../authorization/access.decorators.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { UncheckedInput } from '../http/route-input.js';
import { ApiRefusals } from '../http/documentation/api-refusals.decorator.js';
import { IdRequiredError } from '../kernel/latchkey-error.js';

const RESOURCE = 'workspace';
const SUMMARY = 'Refuses, for the id is missing.';

/** Commands on one workspace that name none: refused with 412, and on the trail, instead of an unknown route. */
@ApiTags('Without an id')
@Controller({ path: 'workspace', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
@UncheckedInput()
export class WorkspacesWithoutIdController {
  @Patch()
  @ApiOperation({ operationId: 'updateWorkspaceWithoutId', summary: SUMMARY })
  @RequirePermissions('workspaces:manage')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  update(): never {
    throw new IdRequiredError(RESOURCE);
  }

  @Delete()
  @ApiOperation({ operationId: 'deleteWorkspaceWithoutId', summary: SUMMARY })
  @RequirePermissions('workspaces:manage')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  delete(): never {
    throw new IdRequiredError(RESOURCE);
  }
}
