import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { randomBytes } from 'node:crypto';
import { LoginController } from './login.controller';
import { User } from './user.entity';
import { UserGuard } from './user.guard';
import { UsersService } from './users.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([User]),
    // Without JWT_SECRET, whoever is logged in has to log in again after a restart.
    JwtModule.register({
      secret: process.env['JWT_SECRET'] ?? randomBytes(32).toString('hex'),
      signOptions: { expiresIn: '1h' },
    }),
  ],
  controllers: [LoginController],
  providers: [UsersService, { provide: APP_GUARD, useClass: UserGuard }],
  exports: [UsersService],
})
export class UsersModule {}
