/** A name or an address, with or without a port; no user, path or anything else that RFC 9112 §3.2 calls invalid. */
const HOST = /^(?:[a-z0-9_.-]{1,255}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Whether the request has exactly one Host line (RFC 9112 §3.2). Node shows the first of several. */
export function hasOneHost(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count === 1;
}

/**
 * Whether a Host header names this service. Patterns are host names, `*.example.com` for any host below a domain, or `*`.
 *
 * @param host value of the Host header, with or without a port
 */
export function isTrustedHost(host: string, trusted: readonly string[]): boolean {
  if (!HOST.test(host)) return false;
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  return trusted.some((pattern) => {
    if (pattern === '*') return true;
    const lower = pattern.toLowerCase();
    return lower.startsWith('*.') ? name.endsWith(lower.slice(1)) && name.length > lower.length - 1 : name === lower;
  });
}
