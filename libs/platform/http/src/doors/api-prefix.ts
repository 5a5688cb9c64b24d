/** Where the API lives. */
export const API_PREFIX = 'api/v1';

/** First path segments that live outside the prefix. */
const ROOT_SEGMENTS = new Set(['api', 'health', 'metrics', 'docs', '.well-known', 'mcp', 'console', 'favicon.ico', '']);

/**
 * The path that is routed: API routes answer with and without `/api/v1`, so the prefix is added where it is missing. Done
 * before routing, so that a route, its guards and its metrics exist once.
 */
export function addApiPrefix(url: string): string {
  const end = url.search(/[/?#]/) === 0 ? url.slice(1).search(/[/?#]/) : -1;
  const first = end === -1 ? url.slice(1).replace(/[?#].*$/, '') : url.slice(1, end + 1);
  return ROOT_SEGMENTS.has(first) || !url.startsWith('/') ? url : `/${API_PREFIX}${url}`;
}
