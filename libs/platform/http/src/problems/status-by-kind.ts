import type { FailureKind } from '#platform/kernel';

/** The one place that turns a failure into an HTTP status; the compiler demands every kind. */
export const STATUS_BY_KIND: Readonly<Record<FailureKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  rate_limited: 429,
  internal: 500,
  upstream: 502,
  unavailable: 503,
  timeout: 504,
};

/** The kind a status of the framework stands for. */
export function kindOfStatus(status: number): FailureKind {
  const found = Object.entries(STATUS_BY_KIND).find(([, candidate]) => candidate === status);
  if (found) return found[0] as FailureKind;
  return status >= 500 ? 'internal' : 'malformed';
}
