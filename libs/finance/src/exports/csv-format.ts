import { csvLine, csvText } from '#platform/kernel';
import type { LedgerFormat } from './ledger-format.js';
import { formatMoney } from '../books/money.js';

const COLUMNS = [
  'transactionId',
  'type',
  'recordedAt',
  'effectiveAt',
  'channel',
  'orderId',
  'customerId',
  'description',
  'account',
  'direction',
  'amount',
  'currency',
];

/** One line a leg (RFC 4180). */
export const CSV_FORMAT: LedgerFormat = {
  mediaType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  head: () => csvLine(COLUMNS),
  transaction: ({ id, type, recordedAt, effectiveAt, channel, orderId, customerId, description, postings }) =>
    postings
      .map(({ account, direction, amount, currency }) =>
        csvLine([
          id,
          type,
          recordedAt.toISOString(),
          effectiveAt.toISOString(),
          channel ?? '',
          csvText(orderId),
          csvText(customerId),
          csvText(description),
          account,
          direction,
          formatMoney(amount, currency),
          currency,
        ]),
      )
      .join(''),
  tail: () => '',
};
