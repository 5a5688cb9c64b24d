import type { FastifyRequest } from 'fastify';
import { routeSettings, settingsOf } from '../bodies/body-kind.js';

/**
 * Marks a route that takes as long as what is asked of it: it waits, streams, or reads all there is. The objective for the time to
 * answer does not hold for it.
 */
export const OwnPace = (): MethodDecorator => routeSettings({ hasOwnPace: true });

/** Whether the request's route is so marked; one that is sent a stream has the pace of its sender. */
export function hasOwnPace(request: FastifyRequest): boolean {
  const { hasOwnPace, readsBody } = settingsOf(request);
  return hasOwnPace === true || readsBody === 'ndjson';
}
