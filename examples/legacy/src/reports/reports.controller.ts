import { Controller, Get, Req } from '@nestjs/common';
import type { UserRequest } from '../users/user.guard';

/** As it was before: for users, not for keys. */
@Controller('reports')
export class ReportsController {
  @Get()
  list(@Req() { user }: UserRequest): { preparedFor: string | undefined } {
    return { preparedFor: user?.name };
  }
}
