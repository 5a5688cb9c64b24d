import { isInName } from './characters.js';
import { isSecretKey } from './secret-names.js';
import { REDACTED } from './secret-shapes.js';

/**
 * Secrets that are known by the name in front of them: `password=…`, `"apiKey": "…"` (also in JSON inside JSON), `--token …`, headers,
 * queries, environment listings, elements of XML, and passwords in addresses. Read from the separators: in front of each stands a short
 * name, behind it what is named. Every character is looked at a bounded number of times.
 */

/** What stands between a name and its value; `%3D` is an equals sign in an address inside an address. */
const SEPARATOR = /[=:>]|%3[AaDd]/g;

/** Quotes as they are and as HTML, JSON and addresses write them. */
const QUOTE = /(\\{0,32})("|'|`|&quot;|&#34;|&#39;|u0022|%22)/y;

const LONGEST_NAME = 64;

/** Names that reach to the end of their line, as values of these headers have spaces and separators in them. */
const HEADER = /^(?:(?:set-)?cookie2?|(?:[\w-]{0,40}-)?authorization|x-sentry-auth)$/i;

/** Names of source and other files, which lines or reasons follow, not values. */
const FILE =
  /\.(?:[cm]?[jt]sx?|py|rb|go|java|kt|kts|scala|cs|vb|fs|php|rs|vue|svelte|swift|dart|lua|pl|exs?|erl|hs|clj|[ch](?:pp|c)?|mm?|sh|sql|json|ya?ml|toml|xml|html?|s?css|txt|log|md|conf|ini|cfg|properties|lock|pem|crt|map|class|jar|dll|so)$/i;

/** Schemes of `Authorization`: the secret is the word behind them. */
const SCHEME = /^(?:bearer|basic|digest|token|apikey|negotiate|hawk|key|sentry|sso-key)$/i;

/** Words that follow a name in sentences and declarations, and values that say that there is none. */
const PLAIN_WORDS = new Set(
  (
    'must should is are was were be been not no and or the a an to in of for with from at on by as has have had can cannot could may ' +
    'might will would does did do required missing invalid expired wrong incorrect empty null undefined none nil true false yes unknown ' +
    'denied failed failure error disabled enabled ok optional string number boolean object text value values too already only please ' +
    'your you it this that never option options flag argument parameter parameters authentication verification validation rotation ' +
    'expected unexpected mismatch type field reset changed set used instead if when then provided given supplied found revoked ' +
    'malformed requires expects accepts takes needs sets specifies specified overrides works unauthorized forbidden header prompt function any line redacted filtered hidden masked'
  ).split(' '),
);

/** The text without what is named like a secret. What a harmless name stands for is looked at in its turn. */
export function redactNamed(text: string): string {
  let result = '';
  let done = 0;
  SEPARATOR.lastIndex = 0;
  for (let match = SEPARATOR.exec(text); match; match = SEPARATOR.exec(text)) {
    const name = nameBefore(text, match.index, match[0]);
    if (name === '' || !isSecretName(name, text, match.index)) continue;
    const value = valueBehind(text, SEPARATOR.lastIndex, match[0], name, match.index);
    if (value.end === value.start) continue;
    result += `${text.slice(done, value.start)}${REDACTED}`;
    done = value.end;
    SEPARATOR.lastIndex = done;
  }
  return result + text.slice(done);
}

/** A part of a text: nothing where the ends are the same. */
export interface Span {
  start: number;
  end: number;
}

/** The word or the quoted text that begins at a place; nothing when it is a plain word, which names no secret. */
export function wordAt(text: string, from: number): Span {
  const quoted = quotedAt(text, from);
  if (quoted) return quoted;
  const end = firstOf(/[\s"'`,\\]/g, text, from);
  return { start: from, end: isPlain(text.slice(from, Math.min(end, from + LONGEST_NAME))) ? from : end };
}

/** Whether a word is one that stands behind a secret's name in a sentence or declaration. */
export function isPlain(value: string): boolean {
  return value.length < 20 && PLAIN_WORDS.has(value.toLowerCase().replace(/[.!?:|*[\]]{1,3}$/, ''));
}

/** The name that ends at a separator, without its quotes and brackets; empty when there is none. */
function nameBefore(text: string, at: number, separator: string): string {
  let end = at;
  if (separator !== '>') for (let spaces = 0; spaces < 2 && text[end - 1] === ' '; spaces++) end--;
  for (let closers = 0; closers < 3; closers++) {
    const quote = quoteEndingAt(text, end);
    if (quote > 0) end -= quote;
    else if (text[end - 1] === ']') end--;
    else if (text.endsWith('%5D', end)) end -= 3;
    else break;
  }
  let start = end;
  while (start > 0 && end - start < LONGEST_NAME && isInName(text.charCodeAt(start - 1))) start--;
  // The two characters behind a percent sign are one, written in hexadecimal.
  if (text[start - 1] === '%') start = Math.min(end, start + 2);
  if (separator === '>' && !/[<:]/.test(text[start - 1] ?? '')) return '';
  return text.slice(start, end);
}

function quoteEndingAt(text: string, end: number): number {
  const last = text[end - 1];
  let length = last === '"' || last === "'" || last === '`' ? 1 : 0;
  if (length === 0 && (last === ';' || last === '2')) {
    length = ['&quot;', '&#34;', '&#39;', 'u0022', '%22'].find((quote) => text.endsWith(quote, end))?.length ?? 0;
  }
  if (length === 0) return 0;
  while (length < 38 && text[end - length - 1] === '\\') length++;
  return length;
}

function isSecretName(name: string, text: string, separatorAt: number): boolean {
  const before = text[separatorAt - name.length - 1] ?? '';
  if (isSecretKey(name)) {
    if (FILE.test(name)) return false;
    // A path and its status, `/oauth/token: 404`, and what parsers say.
    const isStatus = before === '/' && /^: \d{3}(?!\S)/.test(text.slice(separatorAt, separatorAt + 6));
    const isSaid = isStatus || (text[separatorAt] === ':' && text.startsWith('nexpected token', separatorAt - 15));
    return !isSaid;
  }
  // An address carries codes and keys that are secrets there and ordinary words elsewhere.
  return (name === 'code' || name === 'key') && (before === '?' || before === '&');
}

function valueBehind(text: string, from: number, separator: string, name: string, separatorAt: number): Span {
  let start = from;
  while (start < from + 2 && (text[start] === '=' || text[start] === '>')) start++;
  for (let spaces = 0; spaces < 16 && (text[start] === ' ' || text[start] === '\t'); spaces++) start++;
  const none = { start, end: start };
  if (text.startsWith(REDACTED, start)) return none;
  const quoted = quotedAt(text, start);
  if (quoted) return text.startsWith(REDACTED, quoted.start) ? none : quoted;
  if (separator === '>') return elementAt(text, start);
  // Words that are no secrets are short, so that none of them is read again and again.
  const word = WORD.exec(text.slice(start, start + LONGEST_NAME))?.[0] ?? '';
  if (isPlain(word) || isReference(text, start, word)) return none;
  if (separator === ':' && start === from && /^\d{1,6}:\d{1,6}(?!\S)/.test(text.slice(start, start + 16))) return none;
  if (/^(?:code|key)$/.test(name) && !/^(?=.{0,63}\d)[\w.~%/-]{16,}/.test(word)) return none;
  if (SCHEME.test(word) && !HEADER.test(name)) {
    const end = start + word.length;
    return text[end] === ' ' && !text.startsWith(REDACTED, end + 1) ? wordAt(text, end + 1) : none;
  }
  const before = text[separatorAt - name.length - 1] ?? '';
  return { start, end: firstOf(stopOf(separator, name, before, word), text, start) };
}

const WORD = /^[^\s,;&"'{}[\]()<>]+/;

/** Where an unquoted value ends. */
function stopOf(separator: string, name: string, before: string, word: string): RegExp {
  // The parameters of a digest are in quotes.
  if (HEADER.test(name)) return /^digest$/i.test(word) ? /[\r\n]/g : /[\r\n"'\\]/g;
  // A line of an environment listing has no other separators.
  const isVariable = separator === '=' && /^[A-Z][A-Z0-9_]*$/.test(name) && before !== '?' && before !== '&';
  if (isVariable) return /[\s"'`]/g;
  return separator === '=' || separator === ':' ? /[\s,;&"'{}[\]()<>]|\\[nrt"']/g : /[\s,;&"'{}[\]()<>]|%2[26C]|%7D/gi;
}

/** What an element of XML holds. */
function elementAt(text: string, start: number): Span {
  const end = firstOf(/[\r\n<]/g, text, start);
  return { start, end: text.startsWith('</', end) ? end : start };
}

/** Text in quotes that begins here: up to the quote with as many backslashes, or to the end of the line. */
function quotedAt(text: string, from: number): Span | undefined {
  QUOTE.lastIndex = from;
  const open = QUOTE.exec(text)?.[0];
  if (open === undefined) return undefined;
  const start = from + open.length;
  let end = start;
  for (
    let code = text.charCodeAt(end);
    end < text.length && code !== 0x0a && code !== 0x0d;
    code = text.charCodeAt(++end)
  ) {
    if (code === open.charCodeAt(0) && text[end - 1] !== '\\' && text.startsWith(open, end)) break;
  }
  return { start, end: isPlain(text.slice(start, Math.min(end, start + LONGEST_NAME))) ? start : end };
}

function firstOf(stop: RegExp, text: string, from: number): number {
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}

/** A variable that stands for the value: `$TOKEN`, `${TOKEN}`. */
function isReference(text: string, start: number, word: string): boolean {
  return /^\$[A-Z_]{0,40}$/.test(word) && (word !== '$' || text[start + 1] === '{');
}
