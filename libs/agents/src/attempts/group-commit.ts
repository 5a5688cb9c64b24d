interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Gathers what is asked for in one turn of the event loop, and while an earlier group is under way, so that the cost of a transaction
 * is shared under load and a single request still goes at once.
 */
export class GroupCommit<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private isRunning = false;

  /**
   * @param work handles a group; its results stand in the order of the items
   * @param fits whether an item can be handled together with the first of a group
   */
  constructor(
    private readonly work: (items: T[]) => Promise<R[]>,
    private readonly maxSize: number,
    private readonly fits: (item: T, first: T) => boolean = () => true,
  ) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.isRunning) return;
      this.isRunning = true;
      // Those who waited in the same group go on together, and ask anew together.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.nextGroup();
      try {
        const results = await this.work(group.map(({ item }) => item));
        group.forEach(({ resolve }, index) => resolve(results[index] as R));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.isRunning = false;
  }

  private nextGroup(): Waiting<T, R>[] {
    const [first] = this.waiting;
    const fitting = this.waiting.filter(({ item }) => first !== undefined && this.fits(item, first.item));
    const group = new Set(fitting.slice(0, this.maxSize));
    this.waiting = this.waiting.filter((one) => !group.has(one));
    return [...group];
  }
}
