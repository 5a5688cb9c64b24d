import { minorDigitsOf } from './currencies.js';
import { InvalidMoneyException } from './fields.exceptions.js';

/** An amount as it is sent: decimal text, or a number that is exactly what it shows. */
export type Amount = string | number;

/**
 * Largest amount and largest balance, in minor units: what a bigint column holds. Callers send and get amounts as text; nothing on the
 * way makes a floating-point number of them.
 */
export const MAX_MINOR = 9_223_372_036_854_775_807n;

/** Digits after the decimal mark that any number may have. */
const MOST_DIGITS = 8;

const DECIMAL = /^(-?)(0|[1-9]\d{0,15})(?:\.(\d{1,8}))?$/;

/**
 * Reads an amount in major units into minor units of the currency.
 *
 * @param path of the amount; its currency stands beside it
 * @throws InvalidMoneyException for a currency that is not in ISO 4217, more digits than it has, or an amount out of range
 */
export function parseMoney(value: Amount, currency: string, path = 'amount'): bigint {
  const digits = minorDigitsOf(currency);
  const minor = readDecimal(value, digits ?? MOST_DIGITS, path, ` in ${currency}`);
  if (digits === undefined)
    throw new InvalidMoneyException(
      path.replace(/[^.]+$/, 'currency'),
      'must be an active ISO 4217 code',
      'isCurrency',
    );
  if (minor > MAX_MINOR || minor < -MAX_MINOR) throw new InvalidMoneyException(path, 'is too large', 'max');
  return minor;
}

/**
 * Reads a decimal number into units of its last digit.
 *
 * @param digits after the decimal mark, at most
 * @param where these digits come from, for people
 * @throws InvalidMoneyException
 */
export function readDecimal(value: Amount, digits: number, path: string, where = ''): bigint {
  const match = DECIMAL.exec(typeof value === 'number' ? decimalText(value) : value);
  if (!match) throw new InvalidMoneyException(path, 'must be a decimal number such as 19.99', 'isDecimal');
  const [, sign = '', whole = '0', fraction = ''] = match;
  const trimmed = fraction.replace(/0+$/, '');
  if (trimmed.length > digits) {
    throw new InvalidMoneyException(
      path,
      `must have at most ${digits} digits after the decimal mark${where}`,
      'precision',
    );
  }
  const units = BigInt(whole + trimmed.padEnd(digits, '0'));
  return sign === '-' ? -units : units;
}

/** A number without an exponent where it is less than a millionth: unit prices may be. */
function decimalText(value: number): string {
  const text = String(value);
  const [, sign = '', first = '', more = '', exponent] = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text) ?? [];
  return exponent === undefined ? text : `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${more}`;
}

/** Minor units as a decimal text in major units, with all digits of the currency. */
export function formatMoney(minor: bigint, currency: string): string {
  const digits = minorDigitsOf(currency) ?? 2;
  const [sign, absolute] = minor < 0n ? ['-', -minor] : ['', minor];
  const text = absolute.toString().padStart(digits + 1, '0');
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * Splits an amount in proportion to weights; the parts add up to the whole. Remainders go to the parts that were cut most, of equals
 * to the first (largest remainder method).
 *
 * @param weights not negative, and not all zero
 */
export function allocate(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total <= 0n || weights.some((weight) => weight < 0n)) throw new RangeError('weights must be positive in sum');
  const [sign, absolute] = amount < 0n ? [-1n, -amount] : [1n, amount];
  const parts = weights.map((weight, index) => {
    const product = absolute * weight;
    return { index, part: product / total, remainder: product % total };
  });
  let left = absolute - parts.reduce((sum, { part }) => sum + part, 0n);
  const byRemainder = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1,
  );
  for (const entry of byRemainder) {
    if (left === 0n) break;
    entry.part += 1n;
    left -= 1n;
  }
  return parts.map(({ part }) => part * sign);
}
