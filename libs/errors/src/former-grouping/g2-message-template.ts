import { inCommonWords } from './g3-browser-messages.js';
import { DATA_NOUN } from './g3-known-names.js';
import { SCHEMA_NOUN } from './g2-known-names.js';
import { replaceVariableParts } from './g2-variable-parts.js';
import { IN_SQL, IS_KEY, IS_WRONG, MAX_LENGTH, placeholderOf, PROSE_QUOTE } from './g3-message-template.js';
import type { VariablePart } from './g3-variable-parts.js';

/**
 * A message without what varies: `user 42 not found` becomes `user <id> not found`. Only its first two lines count, since what
 * follows is usually a dump of the case at hand. Numbers, UUIDs, hexadecimal and mixed words are one kind: an id may be any of them.
 */
export function messageTemplate(message: string): string {
  const lines = message
    .slice(0, MAX_LENGTH)
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 2);
  return templateOf(inCommonWords(lines.join(' ')))
    .replace(/\s+/g, ' ')
    .trim();
}

function templateOf(text: string): string {
  return (
    replaceVariableParts(text, (part) => (part.kind === 'quoted' ? ofQuoted(part) : placeholderOf(part)))
      .replace(NUMBER_WITH_SIGN, '<id>')
      // How many there are is no other failure, nor is the plural that follows from it.
      .replace(/<id>(?:[ ,;/]{1,2}(?:and )?<id>)+/g, '<id>')
      .replace(/(<id> [a-z]{2,30})s\b/g, '$1')
  );
}

/** Signs beside a number. */
const NUMBER_WITH_SIGN =
  /[$€£¥₹₩₽]\s?<id>|<id>\s?[$€£¥₹₩₽%‰°]|<id> (?:USD|EUR|GBP|JPY|CNY|CHF|CAD|AUD|INR|SEK|NOK|DKK|PLN|BRL)\b/g;

/** A quoted word is a piece of data or a name of the program; what stands around it tells. */
function ofQuoted({ text, before, after }: VariablePart): string {
  const inner = text.slice(1, -1);
  if (IS_KEY.test(after)) return `"${inner}"`;
  const context = before.replace(/(?: (?:for|of|with|by|like|named|called))?[\s=:([,]{1,8}$/, '');
  if (SCHEMA_NOUN.test(context)) return `"${/[\\/]/.test(inner) ? templateOf(inner) : inner.toLowerCase()}"`;
  // Behind the name of an error stands what it is about.
  const isAssigned = /[=:]\s?$/.test(before) && !/(?:Error|Exception): ?$/.test(before);
  const isData = isAssigned || DATA_NOUN.test(context) || IS_WRONG.test(after);
  if (isData || PROSE_QUOTE.test(text) || (text.startsWith("'") && IN_SQL.test(before))) return '<id>';
  return `"${templateOf(inner)}"`;
}
