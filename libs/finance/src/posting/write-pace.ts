/** Whether commits are written faster than the requests for them come in. */
export class WritePace {
  private startedAt = 0;
  private endedAt = 0;
  private writingMs = Infinity;
  /** How long nothing was being written before the latest commit and the one before it, in ms; commits in turns have a pause every other time. */
  private pauses: readonly [number, number] = [0, 0];

  /** A commit begins to be written. */
  begin(now = performance.now()): void {
    this.pauses = [this.pauses[1], now - this.endedAt];
    this.startedAt = now;
  }

  /** It is written. */
  end(now = performance.now()): void {
    this.writingMs = now - this.startedAt;
    this.endedAt = now;
  }

  /** On a slow disk it is not: then the commit is what has to be shared by many. */
  get isFast(): boolean {
    return this.writingMs < Math.max(...this.pauses);
  }
}
