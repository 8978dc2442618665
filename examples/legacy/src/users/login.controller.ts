import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { LoginDto } from './login.dto';
import { Open } from './open.decorator';
import { UsersService } from './users.service';

@Controller('login')
export class LoginController {
  constructor(private readonly users: UsersService) {}

  @Post()
  @Open()
  @HttpCode(HttpStatus.OK)
  async logIn(@Body() { name, password }: LoginDto): Promise<{ token: string }> {
    return { token: await this.users.logIn(name, password) };
  }
}
