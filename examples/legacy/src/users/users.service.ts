import { Injectable, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { InjectRepository } from '@nestjs/typeorm';
import type { IncomingHttpHeaders } from 'node:http';
import { Repository } from 'typeorm';
import { hashPassword, isPassword } from './password';
import { User } from './user.entity';

/** The users that the application had before it had API keys. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly tokens: JwtService,
  ) {}

  async add(name: string, password: string, rest: Pick<User, 'isAdmin' | 'workspaceId'>): Promise<void> {
    await this.users.insert({ name, passwordHash: await hashPassword(password), ...rest });
  }

  /** @returns a token for the user. */
  async logIn(name: string, password: string): Promise<string> {
    const user = await this.users.findOneBy({ name });
    if (!user || !(await isPassword(password, user.passwordHash))) throw new UnauthorizedException();
    return this.tokens.signAsync({ sub: user.name });
  }

  /** The user whose token is in the header `Authorization`. */
  async ofRequest({ headers }: { headers: IncomingHttpHeaders }): Promise<User | null> {
    const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (!token) return null;
    try {
      const { sub } = await this.tokens.verifyAsync<{ sub: string }>(token);
      return await this.users.findOneBy({ name: sub });
    } catch {
      return null;
    }
  }
}
