import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { SecretScanner } from '../common/secret-scanner.js';
import type { Environment } from './environment.js';

/** Nest's log lines through pino: one JSON object a line, or coloured text; no credential ever in one. */
export class PinoLogger implements LoggerService {
  private readonly logger: Logger;

  constructor({ logLevel, logFormat, operatorKey }: Pick<Environment, 'logLevel' | 'logFormat' | 'operatorKey'>) {
    const secrets = new SecretScanner(operatorKey ? [operatorKey] : []);
    const options = {
      level: logLevel,
      base: undefined,
      hooks: { streamWrite: (line: string) => secrets.redact(line) },
    };
    this.logger = logFormat === 'pretty' ? pino(options, pretty({ sync: true })) : pino(options);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  // Nest appends the context as the last argument; before it may stand a stack.
  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = rest.at(-1);
    const [stack] = rest.slice(0, -1);
    if (message instanceof Error) {
      this.logger[level]({ context, stack: message.stack }, message.message);
      return;
    }
    if (typeof message === 'object' && message !== null) {
      const { message: text, ...fields } = message as { message?: unknown };
      this.logger[level]({ context, ...fields }, typeof text === 'string' ? text : undefined);
      return;
    }
    this.logger[level]({ context, ...(stack !== undefined && { stack }) }, String(message));
  }
}
