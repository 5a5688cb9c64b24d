/**
 * Gathers what is asked for while an earlier batch is under way, so that the cost of a transaction is shared under load and a
 * single request still goes at once.
 */
export class MicroBatch<T, R> {
  private waiting: { item: T; resolve: (result: R) => void; reject: (reason: unknown) => void }[] = [];
  private isRunning = false;

  /** @param work handles a batch; its results stand in the order of the items */
  constructor(
    private readonly work: (items: T[]) => Promise<R[]>,
    private readonly maxSize: number,
  ) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.maxSize);
      try {
        const results = await this.work(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, index) => resolve(results[index] as R));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isRunning = false;
  }
}
