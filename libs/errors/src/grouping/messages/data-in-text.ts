/** Where an object or a map begins, as JSON and other languages print them; `{}` and `{name}` are marks of a template. */
const START = /\{(?=\s{0,8}(?:["'][^"'\n]{0,80}["']\s?(?::|=>)|:?\w{1,60}(?::\s|=>? ?)))/;

/** Members that say what went wrong, whose values stay. */
const TELLING =
  /["']?\b(error|err|errors|code|status|reason|type|kind|message|msg|detail|error_?[cC]ode|error_?[mM]essage|__type)["']?\s?(?::|=>?)\s?(?:"([^"\n]{0,200})"?|'([^'\n]{0,200})'?|(-?\w{1,40}))/g;

/**
 * A text without the data that was printed into it: what an object holds is the case at hand, and which members it has too. Only
 * what says what went wrong stays: `{"error":"invalid_grant","trace":"a1b2"}` becomes `{error: invalid_grant}`.
 */
export function withoutData(text: string): string {
  let result = '';
  let rest = withoutValues(text);
  for (let start = rest.search(START); start !== -1; start = rest.search(START)) {
    const end = endOfObject(rest, start);
    result += `${rest.slice(0, start)}${whatItTells(rest.slice(start, end))}`;
    rest = rest.slice(end);
  }
  return result + rest;
}

const IS_STATEMENT = /\b(?:insert into|replace into|update|delete from|select)\b/i;

/** Text among the values of a statement, with quotes in it. */
const TEXT_OF_SQL = /(?<=(?:[=<>(,]|\blike|\bin) ?)'(?:[^'\\\n]|''|\\.){0,300}'/gi;

/** Places of parameters: how many there are is of the case. */
const MARKS_OF_SQL = /\((?:\?|%s|\$\d{1,4})(?:, ?(?:\?|%s|\$\d{1,4})){0,500}\)/g;

/** A statement without its values; how many rows it has is of the case too. */
function withoutValues(text: string): string {
  // MySQL does not escape what was twice there.
  const named = text
    .replace(/(?<=\bcertificate is valid for ).{1,500}?, not \S{1,253}/, 'other names')
    .replace(/(?<=\)=)\(.{0,300}?\)(?= (?:already exists|is not present|is still referenced|conflicts with))/, '<id>')
    .replace(/(?<=\bDuplicate entry )'.{0,300}?'(?= for key )/, '<id>');
  if (!IS_STATEMENT.test(named)) return named;
  return named
    .replace(MARKS_OF_SQL, '(<id>)')
    .replace(TEXT_OF_SQL, '<id>')
    .replace(/(\) values ?)\(.*$/is, '$1<id>');
}

/** Behind the brace that closes the one at `start`; what was cut off goes on to the end. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"' || (character === "'" && /[{[(,:=>\s]/.test(text[at - 1] ?? ''))) {
      at = endOfQuoted(text, at);
    } else if (character === '{') {
      depth++;
    } else if (character === '}' && --depth === 0) {
      return at + 1;
    }
  }
  return text.length;
}

/** Where the quote that opens at `start` is closed. */
function endOfQuoted(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[start]) return at;
  }
  return text.length;
}

function whatItTells(data: string): string {
  const members = [...data.matchAll(TELLING)].map(
    ([, name, double, single, bare]) => `${name}: ${double ?? single ?? bare}`,
  );
  return `{${[...new Set(members)].join(', ')}}`;
}
