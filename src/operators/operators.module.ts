import { Module } from '@nestjs/common';
import { EnvironmentOperator } from './environment-operator.js';
import { OperatorKeys } from './operator-keys.js';
import { OperatorsService } from './operators.service.js';

/** Operators. There are no routes: whoever manages them has the database, or is the host. */
@Module({
  providers: [EnvironmentOperator, OperatorKeys, OperatorsService],
  exports: [OperatorKeys, OperatorsService],
})
export class OperatorsModule {}
