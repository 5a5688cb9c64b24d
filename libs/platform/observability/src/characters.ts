/** What a text is made of, so that rules which cannot match need not be tried. */
export interface Makeup {
  digits: number;
  /** Longest run of letters, digits, `_` and `-`. */
  longestWord: number;
  hasCapital: boolean;
  hasSpace: boolean;
  hasSlash: boolean;
  hasColon: boolean;
  hasDash: boolean;
  hasAt: boolean;
  /** `=`, `>` or `%`, which may stand between a name and a value as a colon does. */
  hasOtherSeparator: boolean;
}

const WORD = 1;
const DIGIT = 2;
const CAPITAL = 4;
const SPACE = 8;
const SLASH = 16;
const COLON = 32;
const DASH = 64;
const AT = 128;
const SEPARATOR = 256;
const NAME = 512;

const KINDS = new Uint16Array(128);
const put = (characters: string, kind: number): void => {
  for (const character of characters) KINDS[character.charCodeAt(0)] = (KINDS[character.charCodeAt(0)] ?? 0) | kind;
};
put('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-', WORD | NAME);
put('.$', NAME);
put('0123456789', DIGIT);
put('ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAPITAL);
put(' \t,', SPACE);
put('/\\', SLASH);
put(':', COLON);
put('-', DASH);
put('@', AT);
put('=>%', SEPARATOR);

/** Whether a character may stand in the name of a field or option. */
export function isInName(code: number): boolean {
  return code < 128 && ((KINDS[code] ?? 0) & NAME) !== 0;
}

/** One pass over the text. */
export function makeupOf(text: string): Makeup {
  let [all, digits, word, longestWord] = [0, 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kinds = code < 128 ? (KINDS[code] ?? 0) : 0;
    all |= kinds;
    if ((kinds & WORD) === 0) word = 0;
    else if (++word > longestWord) longestWord = word;
    if ((kinds & DIGIT) !== 0) digits++;
  }
  return {
    digits,
    longestWord,
    hasCapital: (all & CAPITAL) !== 0,
    hasSpace: (all & SPACE) !== 0,
    hasSlash: (all & SLASH) !== 0,
    hasColon: (all & COLON) !== 0,
    hasDash: (all & DASH) !== 0,
    hasAt: (all & AT) !== 0,
    hasOtherSeparator: (all & SEPARATOR) !== 0,
  };
}
