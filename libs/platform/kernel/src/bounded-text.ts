/** Stands in place of a value that was left out because of its size or depth. */
export const LEFT_OUT = '<…>';

/** Shorter limits than this have no room for a mark that says how much is missing. */
const LEAST_FOR_LONG_MARK = 64;

/** The text as every store takes it: U+FFFD in place of NUL and of lone halves of surrogate pairs. */
export function soundText(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/**
 * Text from outside as it may be kept and matched: sound, and at most `max` UTF-16 units long. The end of what was cut says so,
 * with the length that was sent. A surrogate pair is never cut in two. Costs nothing for what is beyond `max`.
 */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return soundText(text);
  const mark = max < LEAST_FOR_LONG_MARK ? '…' : `…[cut from ${text.length}]`;
  const end = Math.max(0, max - mark.length);
  return `${soundText(text.slice(0, isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end))}${mark}`;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
