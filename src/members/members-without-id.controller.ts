import { Controller, Delete, Put, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermissions } from '../authorization/access.decorators.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { UncheckedInput } from '../http/route-input.js';
import { ApiRefusals } from '../http/documentation/api-refusals.decorator.js';
import { IdRequiredError } from '../kernel/latchkey-error.js';

const RESOURCE = 'member';
const SUMMARY = 'Refuses, for the id is missing.';

/** Commands on one member that name none: refused with 412, and on the trail, instead of an unknown route. */
@ApiTags('Without an id')
@Controller({ path: 'member', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
@UncheckedInput()
export class MembersWithoutIdController {
  @Put()
  @ApiOperation({ operationId: 'putMemberWithoutSubject', summary: SUMMARY })
  @RequirePermissions('members:manage')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  put(): never {
    throw new IdRequiredError(RESOURCE);
  }

  @Delete()
  @ApiOperation({ operationId: 'removeMemberWithoutSubject', summary: SUMMARY })
  @RequirePermissions('members:manage')
  @ApiRefusals(new IdRequiredError(RESOURCE))
  remove(): never {
    throw new IdRequiredError(RESOURCE);
  }
}
