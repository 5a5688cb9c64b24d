import { RecentMap } from '#platform/kernel';
import { redactUserInfo } from './addresses.js';
import { makeupOf } from './characters.js';
import { redactCommands } from './command-lines.js';
import { redactNamed } from './named-secrets.js';
import { redactPersonal, redactShapes } from './secret-shapes.js';

export interface ScrubOptions {
  /** Also e-mail and IP addresses. */
  personal?: boolean;
}

/**
 * Forms that no rule can match, and that most values of a log line have: short words, ids, instants. Words end before the
 * shortest of the tokens known by their prefix.
 */
const INNOCENT =
  /^(?:[A-Za-z_-]{0,15}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d{0,31}[a-f])(?:[0-9a-f]{16}){1,2}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

/** Files, functions, lines of source and the like come again and again. Only what had nothing in it is remembered. */
const MAX_REMEMBERED = 2_000;
const MAX_REMEMBERED_TEXT = 1_024;
const clean = new RecentMap<string, boolean>(MAX_REMEMBERED);
/** The same where e-mail and IP addresses are taken out too. */
const impersonal = new RecentMap<string, boolean>(MAX_REMEMBERED);

/** Takes secrets out of a text, by their shape and by the names in front of them. Its time is linear in the length of the text. */
export function scrubText(text: string, options: ScrubOptions = {}): string {
  if (text.length <= 36 && INNOCENT.test(text)) return text;
  const known = options.personal ? impersonal : clean;
  const isShort = text.length <= MAX_REMEMBERED_TEXT;
  if (isShort && known.has(text)) return text;
  const result = redacted(text, options);
  if (isShort && result === text) known.set(text, true);
  return result;
}

function redacted(text: string, options: ScrubOptions): string {
  const makeup = makeupOf(text);
  let result = redactShapes(text, makeup);
  if (makeup.hasColon && result.includes('://')) result = redactUserInfo(result);
  if (makeup.hasColon || makeup.hasOtherSeparator) result = redactNamed(result);
  if (makeup.hasSpace) result = redactCommands(result);
  return options.personal ? redactPersonal(result, makeup) : result;
}
