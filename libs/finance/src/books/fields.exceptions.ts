import { AppException, type ExceptionIdentity } from '#platform/kernel';

/** What is wrong with one field of a request. */
export interface FieldFault {
  readonly path: string;
  readonly message: string;
  readonly code: string;
}

/** Fields of a request are wrong; every one of them is named. */
export abstract class FieldsException extends AppException {
  constructor(
    identity: ExceptionIdentity,
    readonly faults: readonly [FieldFault, ...FieldFault[]],
  ) {
    const [{ path, message }, ...more] = faults;
    const count = more.length === 0 ? '' : ` (and ${more.length} more)`;
    super(identity, `${path} ${message}${count}`, { details: { errors: faults } });
  }

  /** The same, with the faults of other fields. */
  abstract and(more: readonly FieldFault[]): FieldsException;
}

/** A field of a money request is wrong. */
export class InvalidMoneyException extends FieldsException {
  constructor(path: string, message: string, code: string, more: readonly FieldFault[] = []) {
    super({ code: 'FINANCE.INVALID_MONEY', category: 'validation', kind: 'invalid' }, [
      { path, message, code },
      ...more,
    ]);
  }

  and(more: readonly FieldFault[]): InvalidMoneyException {
    const [{ path, message, code }, ...own] = this.faults;
    return new InvalidMoneyException(path, message, code, [...own, ...more]);
  }
}

/** The parts of a transaction do not add up to its amount. */
export class PartsMismatchException extends AppException {
  constructor(what: string, expected: string, actual: string, difference: string) {
    super(
      { code: 'FINANCE.PARTS_MISMATCH', category: 'business_logic', kind: 'invalid' },
      `${what} add up to ${actual}, not ${expected}; they differ by ${difference}`,
      { details: { expected, actual, difference } },
    );
  }
}

/** A request of this type lacks something, or has something it must not have. */
export class InvalidTransactionException extends FieldsException {
  constructor(path: string, message: string, more: readonly FieldFault[] = []) {
    super({ code: 'FINANCE.INVALID_TRANSACTION', category: 'business_logic', kind: 'invalid' }, [
      { path, message, code: 'transaction' },
      ...more,
    ]);
  }

  and(more: readonly FieldFault[]): InvalidTransactionException {
    const [{ path, message }, ...own] = this.faults;
    return new InvalidTransactionException(path, message, [...own, ...more]);
  }
}

/** Debits and credits of a transaction differ. */
export class UnbalancedTransactionException extends AppException {
  constructor(currency: string, debits: string, credits: string, difference: string) {
    super(
      { code: 'FINANCE.UNBALANCED_TRANSACTION', category: 'business_logic', kind: 'invalid' },
      `Debits of ${debits} ${currency} and credits of ${credits} ${currency} differ by ${difference}`,
      { details: { currency, debits, credits, difference } },
    );
  }
}
