import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { addRouteConfig } from '#platform/security';
import { API_PREFIX } from './api-prefix.js';

/** Member of an operation that says its answers carry `Location`, until the document is put together. */
export const LOCATION = 'x-location';

/** Statuses that say something is there now, or will be. */
const MADE = new Set([201, 202]);

/**
 * What the route makes has an address, which its answer carries in `Location`.
 *
 * @param path below the prefix; `{name}` is that field of the answer: `finance/accounts/{code}`
 */
export const Locates = (path: string): MethodDecorator & ClassDecorator =>
  applyDecorators(addRouteConfig({ location: `/${API_PREFIX}/${path}` }), ApiExtension(LOCATION, true));

/** Gives answers of routes that make something the address of what they made. */
export function sayLocations(fastify: FastifyInstance): void {
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    const { location } = request.routeOptions.config as { location?: string };
    if (location !== undefined && MADE.has(reply.statusCode)) {
      const made = (payload ?? {}) as Record<string, unknown>;
      void reply.header(
        'Location',
        location.replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(made[field]))),
      );
    }
    done(null, payload);
  });
}
