import type { Occurrence } from '../occurrences/occurrence.js';
import { inCommonWords } from './messages/browser-messages.js';
import { inAnyCase } from './messages/known-names.js';
import { gistOf } from './messages/message-template.js';

/** What was missing, by its name, which a stack without line numbers does not tell: in words of JavaScript, Python, Ruby, PHP and Java. */
const PROPERTY_IN_TEXT = new RegExp(
  [
    String.raw`^no property "([^"]{1,100})" of nothing`,
    String.raw`^([\w$.]{1,100}) is not (?:a function|a constructor|defined)`,
    String.raw`\b(?:object has no attribute|unexpected keyword argument|required positional argument:|cannot import name|No module named) ["']([^"']{1,100})["']`,
    String.raw`^(?:undefined (?:local variable or )?method|uninitialized constant) [\x60'"]?([\w?!=:]{1,100})`,
    String.raw`\bUndefined (?:array key|index|offset|property|variable|constant):? ?["$]?([\w$:\\]{1,100})`,
    String.raw`\bCall to (?:undefined (?:method|function)|a member function) ([\w\\:]{1,100})\(`,
    String.raw`^Cannot (?:invoke|read field|assign field) "([^"]{1,200})"`,
  ].join('|'),
);

/** What was missing, in words of a library, which are the same whatever the engine. */
const NAMED_BY_LIBRARY = new RegExp(
  [
    String.raw`\(\.\.\.\): '([\w./@-]{1,100})' could not be found`,
    String.raw`requireNativeComponent: "(\w{1,100})"`,
    String.raw`^"([\w./@-]{1,100})" has not been registered`,
    String.raw`ative ?module ['"]?([\w./@-]{1,100})['"]? (?:is null|cannot be null|not found|tried to)`,
    String.raw`(?:Cannot find module|Unable to resolve module|Module not found:[^'"]{0,40}|Failed to resolve (?:component|import):?) ?['"]?([\w./@-]{1,100})`,
    String.raw`No provider for (\w{1,100})`,
    String.raw`View config (?:not found for|getter callback for)(?: component| name)? [\x60'"]?(\w{1,100})`,
    String.raw`(?:resolve service for type|resolve dependencies of the|qualifying bean of type) ['"]?([\w.\\]{1,200})['"]? ?(?:while|\(|available|not found)`,
    String.raw`[Cc]lass ["']([\w\\]{1,200})["'] not found`,
    String.raw`\bpayload \{"name":"(\w{1,100})"`,
    String.raw`^Attempt to (?:invoke \w{4,10} method|(?:read from|write to) field) '(?:[\w.$[\]]{1,200} )?([\w.$]{1,200})`,
    String.raw`^Method not found: '[\w.]{1,100} ([\w.<>]{1,300})`,
    String.raw`\bPath: \$[\w.[\]]{0,200}?(\w{1,100}) \|`,
    String.raw`^Object name: '([\w.]{1,200})'`,
    String.raw`\bfor enum "?([\w\\]{1,200})"?$`,
    String.raw`^Typed property ([\w\\:$]{1,200}) must`,
    String.raw`^Too few arguments to function ([\w\\:]{1,200})\(`,
    String.raw`\bassembly '([\w.-]{1,200})`,
    String.raw`\bNIB in bundle: .{1,200} with name '(\w{1,100})'`,
    String.raw`\bsubpath '([^']{1,200})'`,
    String.raw`^\{["'](\w{1,100})["']: ?\[`,
    String.raw`^'([\w-]{1,40})' codec can't`,
    String.raw`^Failed to execute 'define' on 'CustomElementRegistry': .{0,60}name "([\w-]{1,100})"`,
    String.raw`^Failed to execute '(\w{1,60}' on '\w{1,60})'`,
    String.raw`\bReverse for '([\w:-]{1,100})'`,
    String.raw`\(?Parameter(?: name:)? '?(\w{1,100})'?\)?\s*$`,
    String.raw`, parameter (\w{1,100})$`,
    String.raw`(Argument #\d{1,3}) must be of another type$`,
    String.raw`\bMapping types:\s{1,8}([\w.<>\x60]{1,200})`,
    String.raw`\bvalidation failed for '\w{1,100}' members: '(\w{1,100})'`,
    String.raw`\b[Rr]equired value '(\w{1,100})'`,
    String.raw`^'[\w.$<>[\]]{1,200} ([\w.$<>]{1,300})\(`,
    String.raw`\bto '([\w.$<>]{1,200})' \(0x`,
    String.raw`\bGo struct field ([\w.]{1,200}) of type`,
    String.raw`^Attempt to (?:read|assign) property "(\w{1,100})" on`,
    String.raw`^(?:param is missing or the value is empty(?: or invalid)?|(?:missing|unknown) keywords?|key not found|cannot load such file --|no such (?:column|table|function|module)):? :?([\w./-]{1,100})(?!")`,
    String.raw`^interface conversion: (.{1,200})$`,
    String.raw`\bNo enum constant ([\w.$]{1,200})\.\w{1,100}$`,
    String.raw`"path":\s{0,8}\[([^\]]{1,300})\]`,
  ].join('|'),
  'm',
);

/** Variables of the environment, permissions and other names that are written in capitals, and signals. */
const IN_CAPITALS =
  /(?<![\w.$-])(?:[A-Z][A-Z0-9]{1,30}(?:_[A-Z][A-Z0-9]{0,30}){1,6}|SIG[A-Z]{3,6})(?![\w-])|^[A-Z][A-Z0-9]{2,30}(?= (?:must be|is (?:not |un)?set|is required|is missing|not set)\b)/g;

/** Nouns whose word is a name where it has several parts. */
const BEFORE_PARTS = inAnyCase(
  'event|permission|privilege|scope|topic|queue|command|feature|flag|setting|action|key|job|column|field|property|attribute|parameter|option|table',
);

/** Names without quotes: `event order.paid`, `field unit_price`, `command PayOrder`; and what Rust calls the failure that nobody handled. */
const UNQUOTED = new RegExp(
  [
    String.raw`(?<=\b(?:${BEFORE_PARTS})(?: type| name)?:? )(?:[a-z][a-zA-Z]{1,30}(?:[._:][a-z][a-zA-Z]{0,30}){1,5}|[A-Za-z][a-z]{1,30}(?:[A-Z][a-z]{1,30}){1,5})(?![\w@/-])`,
    String.raw`(?<=\bon an \x60Err\x60 value: )[A-Z]\w{0,60}(?:\([A-Z]\w{0,60}){0,3}`,
  ].join('|'),
  'g',
);

/** Names of one message that take part. */
const MOST_NAMES = 4;

/**
 * The names of the program that a message tells, so that one place is apart by what it lacked: columns, fields, parameters, variables of the environment.
 *
 * @param place in bundles engines and minifiers disagree on names; only those that nobody made shorter count
 */
export function namesIn(message: string, place: 'code' | 'bundle'): string[] {
  const text = message.slice(0, 1_000).trim();
  const words = inCommonWords(text);
  const library = firstOf(NAMED_BY_LIBRARY.exec(words));
  if (library !== undefined) return withoutPlaces(library);
  const property = firstOf(PROPERTY_IN_TEXT.exec(words));
  if (property !== undefined) return place === 'code' ? withoutPlaces(property) : asWritten(property);
  const bare = [...(text.match(IN_CAPITALS) ?? []), ...(text.match(UNQUOTED) ?? [])];
  const quoted = /["'`[]/.test(words)
    ? [...gistOf(text).matchAll(/"([^"]{1,120})"/g)].map(([, name = '']) => name)
    : [];
  return [...new Set([...bare, ...quoted])].slice(0, MOST_NAMES);
}

/** The key that Python did not find, where the line of the program has it: then it is a name and no data. */
export function keyOnLine({ errorType, errorMessage, frames }: Occurrence): string[] {
  if (errorType !== 'KeyError') return [];
  const key = /^(['"])([^'"]{1,100})\1$/.exec(errorMessage.slice(0, 200).trim())?.[2];
  const source = frames.find(({ inApp }) => inApp)?.source ?? '';
  return key !== undefined && (source.includes(`'${key}'`) || source.includes(`"${key}"`)) ? [key] : [];
}

/** A name of a list is its place, which varies. */
function withoutPlaces(name: string): string[] {
  const plain = name.replace(/[\s"]+/g, '').replace(/(?<=^|,)\d+(?=,|$)/g, '');
  return /^\d*$/.test(plain) ? [] : [plain];
}

/** The last part of a name in a bundle, unless a minifier made it up. */
function asWritten(name: string): string[] {
  const last = name.split('.').at(-1) ?? '';
  return /^[A-Za-z_$][\w$]{3,}$/.test(last) ? [last] : [];
}

function firstOf(match: RegExpExecArray | null): string | undefined {
  return match?.slice(1).find((found) => found !== undefined && found !== '');
}
