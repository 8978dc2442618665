import type { LoggerService } from '@nestjs/common';
import cluster from 'node:cluster';
import { destination, pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { SecretScanner } from 'latchkey/internal/kernel/keys/secret-scanner';
import type { Environment } from './environment.js';

// Nest tells at length how it assembles the application, and logs with a stack what it also throws when that fails;
// whoever starts the application says it in one line.
const ASSEMBLY: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'ExceptionHandler',
]);

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Nest's log lines through pino: one JSON object a line, or coloured text; no credential ever in one. */
export class PinoLogger implements LoggerService {
  private readonly logger: Logger;

  /** @param stream where to, by its file descriptor: 1, standard output, or 2, standard error. */
  constructor(
    { logLevel, logFormat, operatorKey }: Pick<Environment, 'logLevel' | 'logFormat' | 'operatorKey'>,
    stream: 1 | 2 = 1,
  ) {
    const secrets = new SecretScanner(operatorKey ? [operatorKey] : []);
    const options = {
      level: logLevel,
      // Of several workers, which one says it.
      base: cluster.isWorker ? { pid: process.pid } : undefined,
      hooks: { streamWrite: (line: string) => secrets.redactJson(line) },
    };
    this.logger = pino(options, logFormat === 'pretty' ? prettyLines(stream) : destination({ fd: stream, sync: true }));
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

  isEnabled(level: Level): boolean {
    return this.logger.isLevelEnabled(level);
  }

  // Nest appends the context as the last argument; before it may stand a stack.
  private write(importance: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const level = ASSEMBLY.has(context) ? 'debug' : importance;
    if (!this.isEnabled(level)) return;
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

function prettyLines(stream: 1 | 2) {
  return pretty({
    destination: stream,
    sync: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'context',
    messageFormat: '{if context}{context}: {end}{msg}',
    singleLine: true,
  });
}
