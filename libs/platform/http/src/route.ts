import type { FastifyRequest } from 'fastify';

/** The template of the matched route, for metrics and logs; `unmatched` when there is none. */
export function routeOf(request: FastifyRequest): string {
  const url = request.routeOptions?.url;
  return request.is404 || url === undefined || url === '*' ? 'unmatched' : url;
}
