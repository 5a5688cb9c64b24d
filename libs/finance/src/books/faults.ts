import { type FieldFault, FieldsException, InvalidTransactionException } from './fields.exceptions.js';

/** Reads one field after the other and remembers what is wrong, so that all of it is named and not only the first. */
export class Faults {
  private first: FieldsException | undefined;
  private readonly more: FieldFault[] = [];

  /** What `field` gives; `undefined` when it is wrong. */
  read<T>(field: () => T): T | undefined {
    try {
      return field();
    } catch (error) {
      if (!(error instanceof FieldsException)) throw error;
      if (!this.first) this.first = error;
      else this.more.push(...error.faults.filter((fault) => !this.isKnown(fault)));
      return undefined;
    }
  }

  /** A field is wrong for a transaction of this kind. */
  note(path: string, message: string): void {
    this.read(() => {
      throw new InvalidTransactionException(path, message);
    });
  }

  /** @throws FieldsException naming every fault; that of the first decides its code */
  settle(): void {
    if (this.first) throw this.more.length === 0 ? this.first : this.first.and(this.more);
  }

  /** A currency that is none is found with each of the amounts. */
  private isKnown({ path, message }: FieldFault): boolean {
    return [...(this.first?.faults ?? []), ...this.more].some((one) => one.path === path && one.message === message);
  }
}
