import { type LedgerFormat, oneLine, openedBefore } from './ledger-format.js';
import { formatMoney } from '../books/money.js';
import { signed } from '../books/transaction.js';

const TAGS = ['txid', 'type', 'effective', 'recorded'];

/** A journal that both `hledger check --strict` and `ledger --pedantic` accept; it ends with an assertion of every balance. */
export const HLEDGER_FORMAT: LedgerFormat = {
  mediaType: 'text/plain; charset=utf-8',
  extension: 'journal',
  head: (scope) => {
    const { accounts, firstDay } = scope;
    const currencies = [...new Set(accounts.map(({ currency }) => currency))].sort();
    const lines = [
      ...currencies.map((currency) => `commodity ${currency}`),
      ...accounts.map(({ code }) => `account ${code}`),
      ...TAGS.map((tag) => `tag ${tag}`),
    ];
    const opening = openedBefore(scope).map(({ code, opening: net, currency }) => {
      return `    ${code}  ${formatMoney(net, currency)} ${currency}`;
    });
    const balances = opening.length === 0 ? [] : ['', `${firstDay} * (opening) Opening balances`, ...opening];
    return `${[...lines, ...balances].join('\n')}\n`;
  },
  transaction: ({ id, type, description, effectiveAt, recordedAt, postings }, calendar) => {
    const legs = postings.map((posting) => {
      const { account, currency } = posting;
      return `    ${account}  ${formatMoney(signed(posting), currency)} ${currency}`;
    });
    const title = oneLine(description ?? '') || type;
    const lines = [
      `${calendar.dayOf(effectiveAt)} * (${id}) ${title}`,
      `    ; txid: ${id}`,
      `    ; type: ${type}`,
      `    ; effective: ${effectiveAt.toISOString()}`,
      `    ; recorded: ${recordedAt.toISOString()}`,
      ...legs,
    ];
    return `\n${lines.join('\n')}\n`;
  },
  tail: ({ accounts, lastDay }) => {
    if (accounts.length === 0) return '';
    const assertions = accounts.map(({ code, net, currency }) => {
      const nothing = formatMoney(0n, currency);
      return `    ${code}  ${nothing} ${currency} = ${formatMoney(net, currency)} ${currency}`;
    });
    return `\n${lastDay} * (balances) All balances\n${assertions.join('\n')}\n`;
  },
};
