import type { FastifyCorsOptions } from '@fastify/cors';
import type { FastifyRequest } from 'fastify';
import { addRouteConfig, routeConfigOf } from '#platform/security';
import { HttpRefusal } from '../problems/http-exceptions.js';

/**
 * Bodies that a route can ask for instead of JSON as it is; `pruned` is JSON of those who are not asked to be well behaved, `cleaned`
 * such JSON without what no store takes, `exact` JSON with exact numbers.
 */
export type BodyKind = 'form' | 'bytes' | 'ndjson' | 'pruned' | 'cleaned' | 'exact';

/** What a route says of its requests, beside what Nest knows. */
export interface RouteSettings {
  readsBody?: BodyKind;
  hasOwnPace?: boolean;
  /** Most bytes of a body; `large` is what the service takes at most. */
  bodyLimit?: number | 'large';
  /** Whether a body may have far more values than most have. */
  takesManyValues?: boolean;
  /** What differs for it from the origins that may call the others. */
  cors?: FastifyCorsOptions;
  ignoresUnknownQuery?: boolean;
}

/** Largest body of a route that does not say otherwise. */
export const DEFAULT_BODY_BYTES = 1024 * 1024;

/** Adds to what a route says; several such decorators stand beside each other. */
export const routeSettings = (settings: RouteSettings): MethodDecorator & ClassDecorator =>
  addRouteConfig({ ...settings });

/** Marks a route that gets a body of this kind. */
export const ReadsBody = (kind: BodyKind): MethodDecorator => routeSettings({ readsBody: kind });

/**
 * A route that takes large bodies, as batches and results are; others take 1 MB.
 *
 * @param bodyLimit bytes; `MAX_CONTENT_LENGTH_MB` when left out
 */
export const LargeBody = (bodyLimit: number | 'large' = 'large'): MethodDecorator =>
  routeSettings({ bodyLimit, takesManyValues: true });

/**
 * A route that takes JSON whatever its depth and keys, up to so many bytes, for reports that must not be lost: what is too deep or too
 * much is left out with a mark. The route itself cleans what it gets.
 */
export const ReadsPrunedJson = (bodyLimit: number): MethodDecorator =>
  routeSettings({ readsBody: 'pruned', bodyLimit });

/**
 * A route that takes JSON whatever its depth, keys and characters, up to `MAX_CONTENT_LENGTH_MB`, for results that were worked for: what
 * is too deep or too much is left out with a mark, and what cannot be kept is replaced by one.
 */
export const ReadsCleanedJson = (): MethodDecorator => routeSettings({ readsBody: 'cleaned', bodyLimit: 'large' });

/** What the request's route says. */
export function settingsOf(request: FastifyRequest): RouteSettings {
  return routeConfigOf<RouteSettings>(request);
}

/** Whether the request's route asked for this kind. */
export function readsBody(request: FastifyRequest, kind: BodyKind): boolean {
  return settingsOf(request).readsBody === kind;
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
