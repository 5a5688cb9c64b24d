/**
 * Keys that came with a request of the Sentry protocol: in the query, in `X-Sentry-Auth` or in `Authorization`. More than one
 * is allowed as long as they are the same.
 */
export function dsnKeysOf({
  query,
  headers,
}: {
  readonly query: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}): string[] {
  const { sentry_key: asked = [] } = (query ?? {}) as { sentry_key?: string | string[] };
  const inQuery = Array.isArray(asked) ? asked : [asked];
  return [...inQuery, ...keyIn(headers['x-sentry-auth']), ...keyIn(headers.authorization)];
}

/** `Sentry sentry_version=7, sentry_key=…, sentry_client=…` */
function keyIn(header: string | string[] | undefined): string[] {
  const parameters = /^Sentry\s+(.*)$/i.exec(typeof header === 'string' ? header : '')?.[1] ?? '';
  return parameters.split(',').flatMap((parameter) => {
    const [name = '', value = ''] = parameter.split('=', 2);
    return name.trim() === 'sentry_key' ? [value.trim()] : [];
  });
}
