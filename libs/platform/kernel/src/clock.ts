/** The time. Injected, so that tests can set it; nothing else in the service reads the system clock for decisions. */
export abstract class Clock {
  /** Now, in UTC. */
  abstract now(): Date;

  /** Milliseconds since the Unix epoch. */
  millis(): number {
    return this.now().getTime();
  }
}

/** The machine's clock. */
export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override millis(): number {
    return Date.now();
  }
}
