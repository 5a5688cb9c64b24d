import type { FastifyRequest } from 'fastify';
import { addRouteConfig } from '#platform/security';
import { HttpRefusal } from './http-exceptions.js';

/** Bodies that a route can ask for instead of JSON. */
export type BodyKind = 'form' | 'bytes' | 'ndjson';

/** Marks a route that gets a body of this kind. */
export const ReadsBody = (kind: BodyKind): MethodDecorator => addRouteConfig({ readsBody: kind });

/** Whether the request's route asked for this kind. */
export function readsBody(request: FastifyRequest, kind: BodyKind): boolean {
  const config = request.routeOptions.config as { readsBody?: BodyKind } | undefined;
  return config?.readsBody === kind;
}

/** @throws HttpRefusal (415) on a route that did not ask for this kind */
export function assertReadsBody(request: FastifyRequest, kind: BodyKind): void {
  if (!readsBody(request, kind))
    throw new HttpRefusal('HTTP.UNSUPPORTED_MEDIA_TYPE', 'unsupported_media_type', 'Send application/json');
}
