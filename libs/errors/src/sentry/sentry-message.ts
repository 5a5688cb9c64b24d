/** A message that was logged, and the template it was made from. */
export interface LoggedMessage {
  readonly text: string;
  /** With marks where the parameters stand; absent when the sender gave none. */
  readonly template?: string | undefined;
}

/** Parameters that are put in; a message with more is none for people. */
const MAX_PARAMETERS = 50;

/** Characters of one parameter. */
const MAX_PARAMETER = 500;

/** Marks of Python and C (`%s`, `%(name)s`, `%5.2f`) and of loggers with braces (`{}`, `{0}`, `{name}`); `%%` is a percent sign. */
const MARK = /%%|%(?:\((\w{1,60})\))?[-+# 0]{0,5}\d{0,4}(?:\.\d{1,4})?[sdifjoOxXeEgGrcu]|\{(\w{0,60})\}/g;

/**
 * The message of a `logentry`: as its sender rendered it, or rendered here.
 *
 * @param params a list, or an object for marks with names
 */
export function loggedMessage(
  template: string | undefined,
  formatted: string | undefined,
  params: unknown,
): LoggedMessage | undefined {
  const text = formatted ?? template;
  if (text === undefined) return undefined;
  if (template === undefined || (formatted === undefined && !hasParameters(params))) return { text };
  return { text: formatted ?? rendered(template, params), template };
}

function hasParameters(params: unknown): params is object {
  return typeof params === 'object' && params !== null && Object.keys(params).length > 0;
}

function rendered(template: string, params: unknown): string {
  if (!hasParameters(params)) return template;
  const list = Object.values(params).slice(0, MAX_PARAMETERS);
  let next = 0;
  return template.replace(MARK, (mark: string, percentName?: string, braceName?: string) => {
    if (mark === '%%') return '%';
    const name = percentName ?? (braceName === '' ? undefined : braceName);
    if (name !== undefined)
      return Object.hasOwn(params, name) ? shown((params as Record<string, unknown>)[name]) : mark;
    return next < list.length ? shown(list[next++]) : mark;
  });
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.slice(0, MAX_PARAMETER);
}
