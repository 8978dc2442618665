import { Injectable } from '@nestjs/common';

/** The time of day. One injectable place, so that expiry can be tested without waiting. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date(this.time());
  }

  /** Milliseconds since 1970; for where a date for each question would be too many. */
  time(): number {
    return Date.now();
  }
}
