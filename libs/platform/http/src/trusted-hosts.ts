/**
 * Whether a Host header names this service. Patterns are host names, `*.example.com` for any host below a domain, or `*`.
 *
 * @param host value of the Host header, with or without a port
 */
export function isTrustedHost(host: string, trusted: readonly string[]): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  return trusted.some((pattern) => {
    if (pattern === '*') return true;
    const lower = pattern.toLowerCase();
    return lower.startsWith('*.') ? name.endsWith(lower.slice(1)) && name.length > lower.length - 1 : name === lower;
  });
}
