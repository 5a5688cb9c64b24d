import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { HttpRefusal } from './http-exceptions.js';

/** Bodies that a route can ask for instead of JSON as it is; `exact` is JSON with exact numbers. */
export type BodyKind = 'form' | 'bytes' | 'ndjson' | 'exact';

/** Marks a route that gets a body of this kind. */
export const ReadsBody = (kind: BodyKind): MethodDecorator => RouteConfig({ readsBody: kind });

/** Whether the request's route asked for this kind. */
export function readsBody(request: FastifyRequest, kind: BodyKind): boolean {
  const config = request.routeOptions.config as { readsBody?: BodyKind } | undefined;
  return config?.readsBody === kind;
}

/** @throws HttpRefusal (415) on a route that did not ask for this kind */
export function assertReadsBody(request: FastifyRequest, kind: BodyKind): void {
  if (!readsBody(request, kind)) throw unsupportedMediaType(request);
}

/** The refusal of a body that the request's route does not read; says what it does read. */
export function unsupportedMediaType(request: FastifyRequest, cause?: unknown): HttpRefusal {
  const wanted = readsBody(request, 'ndjson')
    ? 'application/x-ndjson'
    : readsBody(request, 'form')
      ? 'application/x-www-form-urlencoded'
      : 'application/json';
  return new HttpRefusal('HTTP.UNSUPPORTED_MEDIA_TYPE', 'unsupported_media_type', `Send ${wanted}`, { cause });
}
