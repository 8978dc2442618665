import { Logger } from '@nestjs/common';

/** Simulated outages are many, and each would be a line. */
export function silenceLogs(): void {
  Logger.overrideLogger(false);
}
