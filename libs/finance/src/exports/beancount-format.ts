import type { AccountType } from '../books/account.js';
import { type LedgerFormat, oneLine, openedBefore, type WrittenAccount } from './ledger-format.js';
import { formatMoney } from '../books/money.js';
import { signed } from '../books/transaction.js';

const ROOTS: Readonly<Record<AccountType, string>> = {
  asset: 'Assets',
  liability: 'Liabilities',
  equity: 'Equity',
  revenue: 'Income',
  expense: 'Expenses',
};

/** Before anything the ledger takes. */
const OPENED = '1970-01-01';

const DAY_MS = 86_400_000;

/** A file for `bean-check`. Balances are asserted without tolerance: by default a cent too much would pass. */
export function beancountFormat(accounts: readonly WrittenAccount[]): LedgerFormat {
  const names = namesOf(accounts);
  const nameOf = (code: string): string => names.get(code) ?? code;
  return {
    mediaType: 'text/plain; charset=utf-8',
    extension: 'beancount',
    head: (scope) => {
      const currencies = [...new Set(accounts.map(({ currency }) => currency))].sort();
      const lines = [
        'option "title" "DevSkyy ledger"',
        ...currencies.map((currency) => `${OPENED} commodity ${currency}`),
        ...accounts.map(({ code, currency }) => `${OPENED} open ${nameOf(code)} ${currency}\n  code: "${code}"`),
      ];
      const opening = openedBefore(scope).map(({ code, opening: net, currency }) => {
        return `  ${nameOf(code)}  ${formatMoney(net, currency)} ${currency}`;
      });
      const balances = opening.length === 0 ? [] : ['', `${scope.firstDay} * "Opening balances"`, ...opening];
      return `${[...lines, ...balances].join('\n')}\n`;
    },
    transaction: ({ id, type, description, effectiveAt, recordedAt, postings }, calendar) => {
      const title = oneLine(description ?? '').replace(/["\\]/g, "'") || type;
      const legs = postings.map((posting) => {
        const { account, currency } = posting;
        return `  ${nameOf(account)}  ${formatMoney(signed(posting), currency)} ${currency}`;
      });
      const lines = [
        `${calendar.dayOf(effectiveAt)} * "${title}" ^${id}`,
        `  type: "${type}"`,
        `  effective: "${effectiveAt.toISOString()}"`,
        `  recorded: "${recordedAt.toISOString()}"`,
        ...legs,
      ];
      return `\n${lines.join('\n')}\n`;
    },
    tail: ({ accounts: closing, lastDay }) => {
      // A balance is asserted at the beginning of its day.
      const day = new Date(Date.parse(lastDay) + DAY_MS).toISOString().slice(0, 10);
      const lines = closing.map(({ code, net, currency }) => {
        return `${day} balance ${nameOf(code)}  ${formatMoney(net, currency)} ~ ${formatMoney(0n, currency)} ${currency}`;
      });
      return `\n${lines.join('\n')}\n`;
    },
  };
}

/** Every code's name as beancount wants it: below the root of its type, in words with a capital and no underscore; no two alike. */
function namesOf(accounts: readonly WrittenAccount[]): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const { code, type } of accounts) {
    const words = code.split(':');
    const own = words.length > 1 && words[0] === rootWord(type) ? words.slice(1) : words;
    const base = [ROOTS[type], ...own.map(capitalised)].join(':');
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    taken.add(name);
    names.set(code, name);
  }
  return names;
}

function rootWord(type: AccountType): string {
  return type === 'revenue' ? 'revenue' : ROOTS[type].toLowerCase();
}

function capitalised(word: string): string {
  const letters = word.replaceAll('_', '-');
  return letters.slice(0, 1).toUpperCase() + letters.slice(1);
}
