import { ReadsBody } from './body-kind.js';

/**
 * A route that gets every number of its JSON body exactly: one that a JavaScript number cannot be, such as `70368744177664.01`, comes as
 * its text. For money; elsewhere a number is what JSON.parse makes of it.
 */
export const ReadsExactNumbers = (): MethodDecorator => ReadsBody('exact');

/** A double holds any decimal of fifteen digits; beyond them, and with an exponent, one has to look. */
const MAYBE_INEXACT = /[\d.]{16}|\d[eE][+-]?\d/;

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Longer ones are not looked at: nobody means them, and looking would take long. */
const LONGEST_NUMBER = 400;

const [QUOTE, BACKSLASH, MINUS, ZERO, NINE] = [0x22, 0x5c, 0x2d, 0x30, 0x39];

/** JSON in which numbers that a JavaScript number cannot be are texts. What is no JSON stays none. */
export function withExactNumbers(json: string): string {
  if (!MAYBE_INEXACT.test(json)) return json;
  let [exact, copied, at] = ['', 0, 0];
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfText(json, at);
    else if (code !== MINUS && (code < ZERO || code > NINE)) at += 1;
    else {
      NUMBER.lastIndex = at;
      const token = NUMBER.exec(json)?.[0] ?? '-';
      if (token !== '-' && !isExact(token)) {
        exact += `${json.slice(copied, at)}"${token}"`;
        copied = at + token.length;
      }
      at += token.length;
    }
  }
  return exact + json.slice(copied);
}

/** Behind the quote that ends the text which begins here. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

function isExact(token: string): boolean {
  const number = token.length <= LONGEST_NUMBER ? Number(token) : Number.NaN;
  return Number.isFinite(number) && decimalOf(token) === decimalOf(String(number));
}

/** The one way to write a decimal: its digits, and the power of ten they are multiplied by. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  return `${sign}${digits}e${Number(exponent) - fraction.length + all.length - digits.length}`;
}
