import { Controller, Delete, Patch, Put, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireAnyPermission, RequirePermissions } from '../authorization/access.decorators.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { UncheckedInput } from '../http/route-input.js';
import { ApiRefusals } from '../http/documentation/api-refusals.decorator.js';
import { IdRequiredError } from '../kernel/latchkey-error.js';

const RESOURCE = 'API key';
const SUMMARY = 'Refuses, for the id is missing.';

/** Commands on one key that name none: refused with 412, and on the trail, instead of an unknown route. */
@ApiTags('Without an id')
@Controller({ path: 'apikey', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
@UncheckedInput()
export class ApiKeysWithoutIdController {
  @Put()
  @ApiOperation({ operationId: 'replaceApiKeyWithoutId', summary: SUMMARY })
  @RequireAnyPermission(['apikeys:create', 'apikeys:update'])
  @ApiRefusals(new IdRequiredError(RESOURCE))
  replace(): never {
    throw new IdRequiredError(RESOURCE);
  }

  @Patch()
  @ApiOperation({ operationId: 'updateApiKeyWithoutId', summary: SUMMARY })
  @RequirePermissions('apikeys:update')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  update(): never {
    throw new IdRequiredError(RESOURCE);
  }

  @Delete()
  @ApiOperation({ operationId: 'deleteApiKeyWithoutId', summary: SUMMARY })
  @RequirePermissions('apikeys:delete')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  delete(): never {
    throw new IdRequiredError(RESOURCE);
  }
}
