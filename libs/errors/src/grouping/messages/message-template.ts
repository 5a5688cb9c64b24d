import { RecentMap } from '#platform/kernel';
import { inCommonWords } from './browser-messages.js';
import { withoutData } from './data-in-text.js';
import { withoutFileNames } from './file-names.js';
import { DATA_NOUN, SCHEMA_NOUN } from './known-names.js';
import { isBehindNoun, isNameOfThing, LABEL, withoutLast } from './labels.js';
import { pathTemplate, routeTemplate } from './path-template.js';
import { DATA_FILE, replaceVariableParts, type VariablePart } from './variable-parts.js';

/** Longest part of a message that takes part in grouping. */
const MAX_LENGTH = 1_000;

/**
 * A message without what varies: `user 42 not found` becomes `user <id> not found`. Only its first two lines count, since what
 * follows is usually a dump of the case at hand. Numbers, UUIDs, hexadecimal and mixed words are one kind: an id may be any of them.
 */
export function messageTemplate(message: string): string {
  const cut = message.slice(0, MAX_LENGTH).replace(OTHER_DIGIT, digitOf);
  if (IS_PATH.test(cut)) return pathTemplate(cut);
  const lines = withoutFileNames(withoutData(cut.replace(ANSWER, '$1')))
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 2);
  return templateOf(inCommonWords(lines.join(' ')))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Digits that are no ASCII: of full width, Arabic, Persian, Devanagari. */
const OTHER_DIGIT = /[\uff10-\uff19\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g;

function digitOf(character: string): string {
  const code = character.charCodeAt(0);
  return String(code >= 0x966 && code <= 0x96f ? code - 0x966 : code & 0xf);
}

/** A message that is a path and nothing else, which may have blanks in it. */
const IS_PATH = /^(?:[A-Za-z]:\\|\/)[^:*?"<>|\n]{1,400}\.\w{1,5}$/;

/** The answer of a server below what is said of it. */
const ANSWER = /( response):\s{0,4}\n.*$/s;

/** A statement that is printed behind a message, which goes on as long as it likes. */
const STATEMENT =
  / ?\(?(?:start marker )?at \[Source: .{1,900}$|; SQL \[.{1,900}$|[([](?:Connection: \w{1,40}, )?SQL: ?.*$| \[WHERE .*$/s;

/** A line that tells of the case at hand. */
const DETAIL =
  /^\s{0,16}(?:DETAIL|HINT|LINE \d{1,6}|CONTEXT|STATEMENT|Detail|Hint|Position|Where|Process \d{1,9}|Params|Parameters|at \[Source)\b.*$/gm;

/** The state of what failed: `, next: GET, inst: 0, qu: 7`. */
const STATES = /(?:, [\w-]{1,30}: [^,:\s]{1,60}(?: [a-z]{1,10})?){2,30}/g;

/** The answer of a server behind its status. */
const BODY = /^(\d{3} [A-Z][A-Za-z ]{2,30}): .{1,900}$/s;

/** Brackets with data in them. */
const BRACKETS = / ?\([^()<=:\d]{0,200}[<=:\d][^()]{0,300}\)/g;

/** What stands between these in the words of a library is a name of the program if it looks like one. */
const NAME_IN_GIST = /^[A-Za-z_$][\w$.:\\/@-]{0,120}$/;

/**
 * What a runtime or a library says, without all that may be of one case: the statement, details, and quoted words that are not told to be names.
 * It is in other words than those of the program, so that few words of a case are in it.
 */
export function gistOf(message: string): string {
  const text = message.slice(0, MAX_LENGTH).trim();
  const before = knownGists.get(text);
  if (before !== undefined) return before;
  const gist = readGist(text);
  knownGists.set(text, gist);
  return gist;
}

/** One failure asks for it twice, for what was said and for the names in it. */
const knownGists = new RecentMap<string, string>(50);

function readGist(text: string): string {
  const telling = text
    .replace(STATEMENT, '')
    .replace(DETAIL, '')
    .replace(/ peeraddr=\S{1,200}/, '')
    .replace(STATES, '')
    .replace(BODY, '$1')
    .replace(/: \S\. /, ': <id>. ')
    .replace(/(?<=[a-z] )\[(\w[\w.\\:-]{0,120})\]/g, '"$1"');
  const template = messageTemplate(telling);
  return template
    .replace(/"([^"]{0,200})"/g, (quoted, inner: string, at: number) => {
      const before = template.slice(Math.max(0, at - 40), at);
      const after = template.slice(at + quoted.length, at + quoted.length + 40);
      const isNamed = SCHEMA_NOUN.test(nounBefore(before)) || BEHIND_NAME.test(after);
      return isNamed && NAME_IN_GIST.test(inner) ? quoted : '<id>';
    })
    .replace(BRACKETS, '')
    .replace(/[.!?;] .*$/s, '')
    .replace(/[.! ]{1,20}$/, '')
    .toLowerCase();
}

function nounBefore(before: string): string {
  return before
    .replace(/\[(?:(?:"[^"]{0,40}"|'[^']{0,40}'), ?){1,4}$/, '[')
    .replace(/(?: (?:for|of|with|by|like|named|called))?[\s=:([,]{1,8}$/, '');
}

function templateOf(text: string): string {
  return (
    replaceVariableParts(withoutLast(text), placeholderOf)
      .replace(NUMBER_WITH_SIGN, '<id>')
      // How many there are is no other failure, nor is the plural that follows from it.
      .replace(/<id>(?:(?:[ ,;/]{1,2}(?:and )?|\.{2,3}| ?[–—] ?)<id>)+/g, '<id>')
      .replaceAll('[]', '[<id>]')
      .replace(LABEL, (labelled: string, noun: string, inBrackets?: string, inQuotes?: string) =>
        isNameOfThing(noun, inBrackets ?? inQuotes ?? '')
          ? labelled.replace(inBrackets ?? inQuotes ?? '', '<id>')
          : labelled,
      )
      .replace(/(<id> (?!(?:is|was|has|does|this|less)\b)[a-z]{2,30})s\b/g, '$1')
      .replace(
        /(<id> [a-z]{2,30}) (are|were|have)\b/g,
        (_, counted: string, verb: string) => `${counted} ${ofOne(verb)}`,
      )
  );
}

function ofOne(verb: string): string {
  return verb === 'are' ? 'is' : verb === 'were' ? 'was' : 'has';
}

function placeholderOf(part: VariablePart): string {
  switch (part.kind) {
    case 'kept':
      return part.text.toLowerCase().replace(/[-_ ]/g, '');
    case 'host':
    case 'ip':
      return '<host>';
    case 'url':
      return IS_REQUEST.test(part.before) ? routeTemplate(part.text) : '<url>';
    case 'path':
      return IS_REQUEST.test(part.before) || IS_ROUTE.test(part.text)
        ? routeTemplate(part.text)
        : pathTemplate(part.text);
    case 'file':
      return '<file>';
    case 'quoted':
      return ofQuoted(part);
    case 'word':
      return ofWord(part);
    default:
      // Whatever stands for one case of many is alike: ids are numbers or words, amounts and times have units or not.
      return part.text.endsWith(' ') ? '<id> ' : '<id>';
  }
}

/** Codes of currencies (ISO 4217) that are met most. */
const CURRENCY = 'USD|EUR|GBP|JPY|CNY|CHF|CAD|AUD|INR|SEK|NOK|DKK|PLN|BRL';

/** Signs beside a number. */
const NUMBER_WITH_SIGN = new RegExp(
  String.raw`[$€£¥₹₩₽^~]\s?<id>|<id>\s?[$€£¥₹₩₽%‰°]|<id> (?:${CURRENCY})\b|\b(?:${CURRENCY}) <id>`,
  'g',
);

/** What stands before the address of a call. */
const IS_REQUEST =
  /\b(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)(?: request)?(?: to| for| on)?|[Rr]oute|[Ee]ndpoint|[Rr]equest (?:to|for)|[Cc]all(?:ing)? (?:to )?|[Uu]ri|URI):? ['"]?$/;

/** A call as servers log it. */
const IS_CALL = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \//;

/** A path that can only be that of a call. */
const IS_ROUTE = /^\/(?:api|rest|graphql|rpc|v\d{1,2})(?:\/|$)/i;

const IS_FILE_WITH_BLANKS = new RegExp(String.raw`^[^\\/]{0,100} [^\\/]{0,100}(\.(?:${DATA_FILE}))$`);

const IS_KEY = /^\s?:/;
const IS_WRONG =
  /^ (?:as|to|into) (?:an? )?(?:int|integer|number|decimal|float|double|long|date|datetime|time|timestamp|boolean|bool|uuid|json|bigint)\b|^ as "|^ (?:is|was) (?:not (?:a |an )?(?:valid|number|integer|date|uuid|recognized)|invalid)(?! (?:encoding|charset|codec|column|property|field|attribute|identifier|type|format|option|function))/;

/** Quotes that people type and programs do not: what is in them is said of a case. */
const PROSE_QUOTE = /^[“„«»]/;

/** A value among others of a statement. */
const IN_SQL = /\b(?:values|where|set|and|or|in)\b[^;]{0,40}(?:[=<>(,]|\blike)\s?$/i;

/** What stands behind the noun of a name and yet is none. */
const IS_PATH_OR_TIME = /[\\/]|\d:\d\d|\d{4}-\d\d-\d\d/;

/** A quoted word is a piece of data or a name of the program; what stands around it tells. */
function ofQuoted({ text, before, after }: VariablePart): string {
  const inner = text.slice(1, -1).replace(IS_FILE_WITH_BLANKS, 'file$1');
  // What a decoder of Swift looked for; an index of a list has another type.
  if (/Keys\(stringValue: $/.test(before)) return `"${inner}"`;
  if (/\bgiven key $/.test(before)) return '<id>';
  if (inner.length === 1) return '<id>';
  if (IS_CALL.test(inner)) return `"${templateOf(inner.replace(/ HTTP\/[\d.]{1,3}$/, ''))}"`;
  const context = nounBefore(before);
  if (SCHEMA_NOUN.test(context)) return `"${IS_PATH_OR_TIME.test(inner) ? templateOf(inner) : inner.toLowerCase()}"`;
  const isOfOne = DATA_NOUN.test(context) || isSaidOfOne(inner, before);
  // `Validation failed: "postalCode" is required`, `"retries": …`.
  const isName = (IS_KEY.test(after) && IS_NAME.test(inner)) || (IS_NAME.test(inner) && BEHIND_NAME.test(after));
  if (isName && !isOfOne) return `"${inner}"`;
  // Behind the name of an error stands what it is about.
  const isAssigned = /[=:]\s?$/.test(before) && !/(?:Error|Exception): ?$/.test(before);
  const isData = isAssigned || isOfOne || IS_WRONG.test(after);
  if (isData || PROSE_QUOTE.test(text) || (text.startsWith("'") && IN_SQL.test(before))) return '<id>';
  return `"${templateOf(inner)}"`;
}

/** Behind these stands who or what a person named. */
const BEFORE_ONE =
  /\b(?:invit(?:e|ing)|notify(?:ing)?|e-?mail(?:ing)?|ban(?:ning)?|impersonat(?:e|ing)|enroll?(?:ing)?|greet(?:ing)?|no (?:results?|match(?:es)?|hits?|records?|entry|entries) for)\s$/i;

/** What could not be done to something: `Cannot assign "Ada Lovelace"`. */
const BEFORE_OBJECT = /\b(?:cannot|could not|couldn't|can't|failed to|unable to) [a-z]{2,20}(?: (?:to|for))?\s$/i;

/** Words as people write names and titles. */
const TITLE = /^[A-Z][\w'’-]{0,40}(?:,? [A-Z][\w'’.-]{0,40}){1,4}$/;

/** Whether a quoted word names one case: a person, a title, what somebody typed in his own language. */
function isSaidOfOne(inner: string, before: string): boolean {
  if (/[^\x00-\x7f]/.test(inner) && !/[^\x00-\x7f]/.test(before)) return true;
  return BEFORE_ONE.test(before) || (TITLE.test(inner) && BEFORE_OBJECT.test(before));
}

const IS_NAME = /^[A-Za-z_$][\w$]{0,60}(?:\.[A-Za-z_$][\w$]{0,60}|\[\]){0,6}$/;

/** What a programmer calls something: `address1`, not `a1b2c3`. */
const IDENTIFIER = /^[a-z_$][a-zA-Z_$]{2,40}\d{1,2}$/;
const BEHIND_NAME =
  /^['"]? (?:is (?:not (?:a function|a constructor|defined|iterable|allowed)|(?:a )?required|missing|undefined|null)|must |should |cannot be |can't be |may not |has to )/;
const BEFORE_NAME =
  /(?:[a-zA-Z_$\])]\.|\b(?:property|column|field|attribute|param(?:eter)?|argument|option|function|method|variable|table|relation) ['"]?)$/i;

/** Words with digits, by their parts: `cus_81f3` is a `cus_<id>`. */
function ofWord({ text, before, after }: VariablePart): string {
  if (isBehindNoun(before)) return '<id>';
  if (IDENTIFIER.test(text) && (BEHIND_NAME.test(after) || BEFORE_NAME.test(before))) return text;
  const words = text.split(/([-_])/);
  const folded = words.map((word, index) => (index % 2 === 1 || !isOfAnId(word) ? word : '<id>')).join('');
  return folded.replace(/<id>(?:[-_]*<id>)+/g, '<id>').replace(/^[-_+]+(?=<id>)/, '');
}

function isOfAnId(word: string): boolean {
  if (word === '') return false;
  if (/\d/.test(word)) return true;
  // Beside a part with digits: initials, and random letters such as the names of pods end with.
  return /^(?:[A-Za-z]{1,2}|[A-Z]{3}|[A-Z]{2,4}[a-z]{1,2}|[a-z]+[A-Z][A-Za-z]{0,4}|[bcdfghjklmnpqrstvwxz]{4,6}|[a-f]{4,})$/.test(
    word,
  );
}
