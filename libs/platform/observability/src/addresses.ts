import { REDACTED } from './secret-shapes.js';

/** Characters that end the authority of an address (RFC 3986 §3.2), and those that no address has. */
const END = /[\s/?#"'<>`\\]/g;
const SCHEME_CHARACTER = /[A-Za-z0-9+.-]/;

/** The text without passwords in addresses, `scheme://user:password@host`, and tokens in place of a user. */
export function redactUserInfo(text: string): string {
  let result = '';
  let done = 0;
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    if (!SCHEME_CHARACTER.test(text[at - 1] ?? '')) continue;
    const start = at + 3;
    END.lastIndex = start;
    const authority = text.slice(start, END.exec(text)?.index ?? text.length);
    const end = authority.lastIndexOf('@');
    if (end <= 0) continue;
    const colon = authority.slice(0, end).indexOf(':');
    // A user's name alone is no secret; what is long and has digits is a token.
    const isToken = colon === -1 && end >= 20 && /\d/.test(authority.slice(0, end));
    if (!isToken && (colon === -1 || colon + 1 === end)) continue;
    result += `${text.slice(done, isToken ? start : start + colon + 1)}${REDACTED}`;
    done = start + end;
  }
  return result + text.slice(done);
}
