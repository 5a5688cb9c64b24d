/** A sleep that lasts its time unless somebody wakes it. Being woken while nobody sleeps counts for the next sleep. */
export class WakeableSleep {
  private woken: 'soon' | 'now' | undefined;
  private onWake: () => void = () => undefined;

  /**
   * @param leastMs how long it lasts at least, unless it is woken at once
   * @param mostMs how long it lasts when nobody wakes it
   * @param signal wakes it at once
   */
  async sleep(leastMs: number, mostMs: number, signal?: AbortSignal): Promise<void> {
    const stop = (): void => this.wakeNow();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    const start = performance.now();
    await new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      this.onWake = () => {
        clearTimeout(timer);
        const length = { now: 0, soon: leastMs, never: mostMs }[this.woken ?? 'never'];
        const left = length - (performance.now() - start);
        if (left > 0) timer = setTimeout(resolve, left);
        else resolve();
      };
      this.onWake();
    });
    signal?.removeEventListener('abort', stop);
    this.onWake = () => undefined;
    this.woken = undefined;
  }

  /** Ends the sleep as soon as it has lasted as long as it has to. */
  wake(): void {
    if (this.woken !== undefined) return;
    this.woken = 'soon';
    this.onWake();
  }

  /** Ends the sleep at once. */
  wakeNow(): void {
    this.woken = 'now';
    this.onWake();
  }
}
