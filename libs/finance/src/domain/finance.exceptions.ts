import { AppException } from '#platform/kernel';

/** A field of a money request is wrong. */
export class InvalidMoneyException extends AppException {
  constructor(path: string, message: string, code: string) {
    super({ code: 'FINANCE.INVALID_MONEY', category: 'validation', kind: 'invalid' }, `${path} ${message}`, {
      details: { errors: [{ path, message, code }] },
    });
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
export class InvalidTransactionException extends AppException {
  constructor(path: string, message: string) {
    super({ code: 'FINANCE.INVALID_TRANSACTION', category: 'business_logic', kind: 'invalid' }, `${path} ${message}`, {
      details: { errors: [{ path, message, code: 'transaction' }] },
    });
  }
}

/** An account that a body names does not exist. */
export class UnknownAccountException extends AppException {
  constructor(account: string) {
    super(
      { code: 'FINANCE.UNKNOWN_ACCOUNT', category: 'business_logic', kind: 'invalid' },
      `There is no account ${account}`,
      { details: { account } },
    );
  }
}

/** An account is kept in another currency than the posting. */
export class CurrencyMismatchException extends AppException {
  constructor(account: string, currency: string) {
    super(
      { code: 'FINANCE.CURRENCY_MISMATCH', category: 'business_logic', kind: 'invalid' },
      `The account ${account} is kept in ${currency}`,
      { details: { account, currency } },
    );
  }
}

/** A posting would take an account's balance beyond its limit. */
export class LimitExceededException extends AppException {
  constructor(account: string, limit: 'minBalance' | 'maxBalance', balance: string) {
    super(
      { code: 'FINANCE.LIMIT_EXCEEDED', category: 'business_logic', kind: 'conflict' },
      `The balance of ${account} would be ${balance}, beyond its ${limit}`,
      { details: { account, limit, balance } },
    );
  }
}

/** A posting would take a balance beyond what the ledger can hold. */
export class BalanceOutOfRangeException extends AppException {
  constructor(account: string) {
    super(
      { code: 'FINANCE.BALANCE_OUT_OF_RANGE', category: 'business_logic', kind: 'conflict' },
      `The balance of ${account} would be larger than the ledger can hold`,
      { details: { account } },
    );
  }
}

/** The address names an account that does not exist. */
export class AccountNotFoundException extends AppException {
  constructor() {
    super(
      { code: 'FINANCE.ACCOUNT_NOT_FOUND', category: 'business_logic', kind: 'not_found' },
      'There is no such account',
    );
  }
}

/** An account with this code exists. */
export class AccountExistsException extends AppException {
  constructor(account: string) {
    super(
      { code: 'FINANCE.ACCOUNT_EXISTS', category: 'business_logic', kind: 'conflict' },
      `There is an account ${account} already`,
      { details: { account } },
    );
  }
}

/** The address names a transaction that does not exist. */
export class TransactionNotFoundException extends AppException {
  constructor() {
    super(
      { code: 'FINANCE.TRANSACTION_NOT_FOUND', category: 'business_logic', kind: 'not_found' },
      'There is no such transaction',
    );
  }
}

/** A refund names an original that cannot be refunded. */
export class NotRefundableException extends AppException {
  constructor(message: string) {
    super({ code: 'FINANCE.NOT_REFUNDABLE', category: 'business_logic', kind: 'invalid' }, message, {
      details: { errors: [{ path: 'originalTransactionId', message, code: 'refundable' }] },
    });
  }
}

/** More would be given back than was taken. */
export class RefundExceedsOriginalException extends AppException {
  constructor(refundable: string) {
    super(
      { code: 'FINANCE.REFUND_EXCEEDS_ORIGINAL', category: 'business_logic', kind: 'conflict' },
      `No more than ${refundable} of the original can be refunded`,
      { details: { refundable } },
    );
  }
}

/** The transaction was reversed before, or is one that cannot be. */
export class NotReversibleException extends AppException {
  constructor(message: string) {
    super({ code: 'FINANCE.NOT_REVERSIBLE', category: 'business_logic', kind: 'conflict' }, message);
  }
}

/** The transaction is not pending any more, or never was. */
export class NotPendingException extends AppException {
  constructor(state: string) {
    super(
      { code: 'FINANCE.NOT_PENDING', category: 'business_logic', kind: 'conflict' },
      `The transaction is ${state}, not pending`,
      { details: { state } },
    );
  }
}

/** More would be captured than was held. */
export class CaptureExceedsPendingException extends AppException {
  constructor(pending: string) {
    super(
      { code: 'FINANCE.CAPTURE_EXCEEDS_PENDING', category: 'business_logic', kind: 'conflict' },
      `No more than ${pending} can be captured`,
      { details: { pending } },
    );
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

/** The transaction would be effective in a month that is closed. */
export class PeriodClosedException extends AppException {
  constructor(openSince: Date) {
    super(
      { code: 'FINANCE.PERIOD_CLOSED', category: 'business_logic', kind: 'conflict' },
      `The books are closed before ${openSince.toISOString()}`,
      { details: { openSince: openSince.toISOString() } },
    );
  }
}

/** The address names no month. */
export class InvalidPeriodException extends AppException {
  constructor(period: string) {
    super(
      { code: 'FINANCE.INVALID_PERIOD', category: 'business_logic', kind: 'malformed' },
      `${period.slice(0, 20)} is not a month such as 2026-11`,
    );
  }
}

/** The month is not over, or an earlier one is still open. */
export class PeriodNotClosableException extends AppException {
  constructor(message: string) {
    super({ code: 'FINANCE.PERIOD_NOT_CLOSABLE', category: 'business_logic', kind: 'conflict' }, message);
  }
}

/** Another transaction of an all-or-nothing batch was refused. */
export class BatchAbortedException extends AppException {
  constructor(index: number) {
    super(
      { code: 'FINANCE.BATCH_ABORTED', category: 'business_logic', kind: 'conflict' },
      `Nothing of the batch was posted, since transaction ${index} was refused`,
      { details: { index } },
    );
  }
}

/** The key was used for another request. */
export class IdempotencyConflictException extends AppException {
  constructor(fields: readonly string[]) {
    super(
      { code: 'FINANCE.IDEMPOTENCY_CONFLICT', category: 'business_logic', kind: 'invalid' },
      `This Idempotency-Key was used for a request that differs in ${fields.join(', ')}`,
      { details: { differingFields: fields } },
    );
  }
}

/** A line of an import is no JSON object, not UTF-8, or too long. */
export class UnreadableLineException extends AppException {
  constructor() {
    super(
      { code: 'FINANCE.UNREADABLE_LINE', category: 'validation', kind: 'invalid' },
      'The line is not a JSON object of at most 128 KB',
    );
  }
}

/** The address names an import that does not exist. */
export class ImportNotFoundException extends AppException {
  constructor() {
    super(
      { code: 'FINANCE.IMPORT_NOT_FOUND', category: 'business_logic', kind: 'not_found' },
      'There is no such import',
    );
  }
}

/** This installation demands an Idempotency-Key on every write. */
export class IdempotencyKeyRequiredException extends AppException {
  constructor() {
    super(
      { code: 'FINANCE.IDEMPOTENCY_KEY_REQUIRED', category: 'business_logic', kind: 'malformed' },
      'Send an Idempotency-Key, so that a repeated request cannot post twice',
    );
  }
}

/** More postings wait than the service takes on. */
export class PostingOverloadedException extends AppException {
  constructor() {
    super({ code: 'FINANCE.OVERLOADED', category: 'performance', kind: 'unavailable' }, 'Too many postings at once', {
      retryAfterSeconds: 1,
    });
  }
}

/** A refusal as it is kept, so that a repeated request is refused alike. */
export interface Refusal {
  code: string;
  category: AppException['category'];
  kind: AppException['kind'];
  message: string;
  details: Readonly<Record<string, unknown>>;
}

/** What is kept of an expected failure. */
export function refusalOf({ code, category, kind, message, details }: AppException): Refusal {
  return { code, category, kind, message, details };
}

/** A posting was refused; the same request under the same key is refused alike for good. */
export class PostingRefusedException extends AppException {
  constructor(
    refusal: Refusal,
    /** The refusal is that of an earlier request. */
    readonly isReplay: boolean,
  ) {
    super({ code: refusal.code, category: refusal.category, kind: refusal.kind }, refusal.message, {
      details: refusal.details,
    });
  }
}

/** The ledger does not add up any more, or was changed behind the service's back. */
export class LedgerDriftException extends AppException {
  constructor(count: number, first: string) {
    super(
      { code: 'FINANCE.LEDGER_DRIFT', category: 'security', kind: 'internal', severity: 'critical' },
      `The ledger is not what was sealed: ${count} problems, the first: ${first}`,
    );
  }
}
