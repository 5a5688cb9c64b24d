/** Times that were written last: a commit has few and writes each of them many times, which takes the engine long. */
const written = new Map<number, string>();
const MAX_WRITTEN = 64;

/** A time as ISO 8601 has it, in UTC with milliseconds. */
export function isoOf(at: Date): string {
  const millis = at.getTime();
  let text = written.get(millis);
  if (text === undefined) {
    text = at.toISOString();
    if (written.size === MAX_WRITTEN) written.clear();
    written.set(millis, text);
  }
  return text;
}
