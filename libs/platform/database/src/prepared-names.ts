/** Texts that get a name: a service asks a bounded number of questions often, and each connection keeps a plan of each. */
const MAX_NAMES = 500;

/** Inserts of many rows have another text for each number of rows, which hardly comes twice. */
const MAX_VALUES = 40;

/**
 * Names under which PostgreSQL keeps the statements of TypeORM prepared: one for each text in the process, from its second use on. A
 * connection parses and plans it once; without a name it would do so for every call, which costs more than most of them take.
 */
export class PreparedNames {
  private readonly numbers = new Map<string, number>();
  private readonly seen = new Set<string>();
  private generation = 0;

  nameOf(text: string, values: readonly unknown[]): string | undefined {
    if (values.length === 0 || values.length > MAX_VALUES) return undefined;
    const number = this.numbers.get(text) ?? this.numberOf(text);
    return number === undefined ? undefined : `q${this.generation}_${number}`;
  }

  /** Gives all texts other names, and so connections other statements: what they have prepared is outdated after a migration. */
  renew(): void {
    this.generation += 1;
  }

  private numberOf(text: string): number | undefined {
    if (this.numbers.size === MAX_NAMES) return undefined;
    if (!this.seen.has(text)) {
      // A list by chosen filters may be asked once in a thousand ways.
      if (this.seen.size >= 4 * MAX_NAMES) this.seen.clear();
      this.seen.add(text);
      return undefined;
    }
    const number = this.numbers.size + 1;
    this.seen.delete(text);
    this.numbers.set(text, number);
    return number;
  }
}
