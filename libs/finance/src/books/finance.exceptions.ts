import { AppException } from '#platform/kernel';

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

/** A refund names an original that was taken back as a whole. */
export class OriginalReversedException extends AppException {
  constructor() {
    super(
      { code: 'FINANCE.ORIGINAL_REVERSED', category: 'business_logic', kind: 'conflict' },
      'The original was reversed: there is nothing left to refund',
    );
  }
}

/** More would be given back than was taken, of the whole or of a part such as the tax. */
export class RefundExceedsOriginalException extends AppException {
  constructor(refundable: string, part?: string) {
    super(
      { code: 'FINANCE.REFUND_EXCEEDS_ORIGINAL', category: 'business_logic', kind: 'conflict' },
      `No more than ${refundable} of the original${part === undefined ? '' : `’s ${part}`} can be refunded`,
      { details: { refundable, ...(part === undefined ? {} : { part }) } },
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
export class PostingKeyReusedException extends AppException {
  constructor(fields: readonly string[]) {
    super(
      { code: 'FINANCE.IDEMPOTENCY_CONFLICT', category: 'business_logic', kind: 'invalid' },
      `This Idempotency-Key was used for a request that differs in ${fields.join(', ')}`,
      { details: { differingFields: fields } },
    );
  }
}

/** One of many transactions made the service fail, which was reported; nothing of it was posted. */
export class ItemFailedException extends AppException {
  constructor() {
    super(
      { code: 'FINANCE.ITEM_FAILED', category: 'business_logic', kind: 'internal' },
      'The service failed over this transaction; the failure was reported',
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

/** The books are kept in another time zone than this process was started with. */
export class BooksMovedException extends AppException {
  constructor(zone: string, own: string) {
    super(
      { code: 'FINANCE.BOOKS_MOVED', category: 'configuration', kind: 'internal', severity: 'critical' },
      `The books are kept in ${zone}; this process was started with BOOKS_TIME_ZONE=${own}`,
    );
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
