interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Gathers what is asked for in one turn of the event loop, and while an earlier group is under way, so that the cost of a write
 * is shared under load and a single request still goes at once. Each gets its own result; what fails, fails for its whole group.
 */
export class GroupCommit<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private running: Promise<void> | undefined;

  /**
   * @param work handles a group; its results stand in the order of the items
   * @param fits whether an item can be handled together with the first of a group
   */
  constructor(
    private readonly work: (items: T[]) => Promise<readonly R[]>,
    private readonly maxSize = Infinity,
    private readonly fits: (item: T, first: T) => boolean = () => true,
  ) {}

  /** @returns what the work made of the item */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async finish(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    // Those who waited in the same group go on together, and ask anew together.
    await new Promise(setImmediate);
    while (this.waiting.length > 0) {
      const group = this.nextGroup();
      try {
        const results = await this.work(group.map(({ item }) => item));
        group.forEach(({ resolve }, index) => resolve(results[index] as R));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    // In the same step as the last look at who waits: a later one starts the next run.
    this.running = undefined;
  }

  private nextGroup(): Waiting<T, R>[] {
    const [group, rest]: [Waiting<T, R>[], Waiting<T, R>[]] = [[], []];
    for (const one of this.waiting) {
      const isIn = group.length < this.maxSize && this.fits(one.item, (group[0] ?? one).item);
      (isIn ? group : rest).push(one);
    }
    this.waiting = rest;
    return group;
  }
}
