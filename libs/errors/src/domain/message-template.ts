/** What varies from one occurrence to the next, the widest forms first. One pass, so that no rule sees another's result. */
const VARIABLE_PARTS: readonly (readonly [name: string, pattern: string])[] = [
  ['email', String.raw`[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+`],
  ['url', String.raw`\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s'"<>()]+`],
  ['uuid', String.raw`\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b`],
  ['traceparent', String.raw`\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b`],
  ['date', String.raw`\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?`],
  ['time', String.raw`\b\d{2}:\d{2}:\d{2}(?:[.,]\d+)?\b`],
  ['ip', String.raw`\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b|\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}\b|::1\b`],
  ['hash', String.raw`\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b`],
  ['hex', String.raw`\b0x[0-9a-fA-F]+\b|\b(?=[0-9a-f]{0,38}\d)(?=[0-9a-f]{0,38}[a-f])[0-9a-f]{7,39}\b`],
  ['id', String.raw`\b(?=[\w-]{0,63}\d)(?=[\w-]{0,63}[a-z])(?=[\w-]{0,63}[A-Z])[\w-]{16,64}\b`],
  ['path', String.raw`(?<![\w.])(?:[A-Za-z]:)?(?:[\\/][\w.@-]+){2,}[\\/]?`],
  ['quoted', String.raw`(?<=[=:]\s?)'[^'\n]*'|(?<=[=:]\s?)"[^"\n]*"`],
  ['duration', String.raw`\b\d+(?:\.\d+)?\s?(?:ms|µs|us|ns|s|sec|secs|seconds|minutes|min|h|hours)\b`],
  ['number', String.raw`(?<![A-Za-z_])[-+]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?![A-Za-z_])`],
];

const ANY_VARIABLE_PART = new RegExp(VARIABLE_PARTS.map(([name, pattern]) => `(?<${name}>${pattern})`).join('|'), 'g');

/** Longest part of a message that takes part in grouping. */
const MAX_LENGTH = 1_000;

/**
 * A message without what varies: `user 42 not found` becomes `user <number> not found`. Only its first two lines count,
 * since what follows is usually a dump of the case at hand.
 */
export function messageTemplate(message: string): string {
  const lines = message
    .slice(0, MAX_LENGTH)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 2);
  return lines
    .join(' ')
    .replace(ANY_VARIABLE_PART, (...match: unknown[]) => {
      const groups = match.at(-1) as Record<string, string | undefined>;
      const name = Object.keys(groups).find((key) => groups[key] !== undefined);
      return `<${name}>`;
    })
    .replace(/\s+/g, ' ');
}
