import type { LedgerFormat } from './ledger-format.js';
import { formatMoney } from './money.js';

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
  head: () => lineOf(COLUMNS),
  transaction: ({ id, type, recordedAt, effectiveAt, channel, orderId, customerId, description, postings }) =>
    postings
      .map(({ account, direction, amount, currency }) =>
        lineOf([
          id,
          type,
          recordedAt.toISOString(),
          effectiveAt.toISOString(),
          channel ?? '',
          text(orderId),
          text(customerId),
          text(description),
          account,
          direction,
          formatMoney(amount, currency),
          currency,
        ]),
      )
      .join(''),
  tail: () => '',
};

/**
 * A spreadsheet must not take what somebody typed for a formula (OWASP, CSV injection): neither behind blanks and signs that are not
 * seen, nor in the wide letters that stand for the same.
 */
function text(value: string | null): string {
  return value !== null && /^(?:[\s\p{C}]*[=+\-@]|[\t\r\n])/u.test(value.normalize('NFKC'))
    ? `'${value}`
    : (value ?? '');
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
