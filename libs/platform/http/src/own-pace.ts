import type { FastifyRequest } from 'fastify';
import { addRouteConfig } from '#platform/security';
import { readsBody } from './body-kind.js';

/**
 * Marks a route that takes as long as what is asked of it: it waits, streams, or reads all there is. The objective for the time to
 * answer does not hold for it.
 */
export const OwnPace = (): MethodDecorator => addRouteConfig({ hasOwnPace: true });

/** Whether the request's route is so marked; one that is sent a stream has the pace of its sender. */
export function hasOwnPace(request: FastifyRequest): boolean {
  const config = request.routeOptions.config as { hasOwnPace?: boolean } | undefined;
  return config?.hasOwnPace === true || readsBody(request, 'ndjson');
}
