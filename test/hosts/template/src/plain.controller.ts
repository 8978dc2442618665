import { Controller, Get } from '@nestjs/common';

/** A route that has nothing to do with Latchkey. */
@Controller('plain')
export class PlainController {
  @Get()
  get(): { plain: true } {
    return { plain: true };
  }
}
