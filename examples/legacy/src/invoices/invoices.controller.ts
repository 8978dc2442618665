import { Body, Controller, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { CurrentPrincipal, Principal } from 'latchkey';
import { ForUsersAndKeys } from '../for-users-and-keys.decorator';
import { RequirePermissions } from '../permissions';
import { CancelInvoicesDto } from './cancel-invoices.dto';
import { Invoice } from './invoice.entity';
import { InvoicesService } from './invoices.service';

@Controller('invoices')
@ForUsersAndKeys()
export class InvoicesController {
  constructor(private readonly invoices: InvoicesService) {}

  @Get()
  @RequirePermissions('invoices:view')
  list(@CurrentPrincipal() actor: Principal): Promise<Invoice[]> {
    return this.invoices.list(actor);
  }

  @Post('cancel')
  @HttpCode(HttpStatus.NO_CONTENT)
  @RequirePermissions('invoices:cancel')
  cancel(@CurrentPrincipal() actor: Principal, @Body() body: CancelInvoicesDto): Promise<void> {
    return this.invoices.cancel(actor, body);
  }
}
