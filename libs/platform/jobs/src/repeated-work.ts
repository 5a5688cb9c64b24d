/**
 * Work that every process does again and again, never twice at a time. `ScheduledJobs` is for what one process does for all of them.
 *
 * What fails is done again the next time, and told to `onFailure` once until it works again: a database may be away for long.
 */
export class RepeatedWork {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWanted = false;
  private hasStopped = false;
  private isFailing = false;

  /** @param everyMs from one look to the next, in ms; a look that takes longer delays those after it */
  constructor(
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Whether `stop` was called: work that has parts leaves those it has not begun. */
  get isStopped(): boolean {
    return this.hasStopped;
  }

  /** Goes on until `stop`; does not keep the process alive. */
  start(): void {
    this.timer = setInterval(() => void (this.running ??= this.run()), this.everyMs);
    this.timer.unref();
  }

  /** Does it now, or once more when it is under way: that look may have missed what the caller means. */
  wake(): void {
    if (this.hasStopped) return;
    if (this.running) this.isWanted = true;
    else this.running = this.run();
  }

  /** Resolves when what was asked for is done, and nothing will be any more. */
  async stop(): Promise<void> {
    this.hasStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    do {
      this.isWanted = false;
      await this.work().then(
        () => (this.isFailing = false),
        (error: unknown) => {
          if (!this.isFailing) this.onFailure(error);
          this.isFailing = true;
        },
      );
    } while (this.isWanted);
    this.running = undefined;
  }
}
