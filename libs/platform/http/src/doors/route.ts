import type { FastifyRequest } from 'fastify';
import { routeConfigOf } from '#platform/security';

/** The template of the matched route, for metrics and logs; `unmatched` when there is none. */
export function routeOf(request: FastifyRequest): string {
  // Fastify notes the template of a route beside what the route says of itself.
  const { url } = routeConfigOf<{ url?: string }>(request);
  return url === undefined || url === '*' ? 'unmatched' : url;
}
