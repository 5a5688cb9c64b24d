import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { addRouteConfig } from '#platform/security';
import { API_PREFIX } from '../doors/api-prefix.js';

/** Member of an operation that says its answers carry `Location`, until the document is put together. */
export const LOCATION = 'x-location';

/** Statuses that say something is there now, or will be. */
const MADE: readonly number[] = [201, 202];

interface Location {
  readonly path: string;
  readonly statuses: readonly number[];
}

/**
 * What the route makes has an address, which its answer carries in `Location`.
 *
 * @param path below the prefix; `{name}` is that field of the answer: `finance/accounts/{code}`
 * @param statuses of answers that say something was made
 */
export const Locates = (path: string, statuses = MADE): MethodDecorator & ClassDecorator => {
  const location: Location = { path: `/${API_PREFIX}/${path}`, statuses };
  return applyDecorators(addRouteConfig({ location }), ApiExtension(LOCATION, statuses));
};

/** Documents that the handler says `Location` itself: where a hook for each answer would be felt. */
export const SaysLocation = (): MethodDecorator => ApiExtension(LOCATION, MADE);

/** Gives answers of routes that make something the address of what they made; others do not pass a hook. */
export function sayLocations(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const { location } = (route.config ?? {}) as { location?: Location };
    if (location === undefined) return;
    route.preSerialization = (_request, reply, payload, done) => {
      if (location.statuses.includes(reply.statusCode)) {
        const made = (payload ?? {}) as Record<string, unknown>;
        const fill = (_: string, field: string): string => encodeURIComponent(String(made[field]));
        void reply.header('Location', location.path.replace(/\{(\w+)\}/g, fill));
      }
      done(null, payload);
    };
  });
}
