import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { HttpRefusal } from './http-exceptions.js';

/** Lines of JSON (https://github.com/ndjson/ndjson-spec). */
const NDJSON = 'application/x-ndjson';

/**
 * A route that gets its body as a stream of `application/x-ndjson`, of any size: `request.body` is a `Readable`, read as fast as the
 * route takes it. The time to receive a whole request is limited all the same.
 */
export const ReadsNdjson = (): MethodDecorator => RouteConfig({ readsNdjson: true });

export function parseStreamBodies(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(NDJSON, (request, payload, done) => {
    const config = request.routeOptions.config as { readsNdjson?: boolean } | undefined;
    if (config?.readsNdjson === true) done(null, payload);
    else done(new HttpRefusal('HTTP.UNSUPPORTED_MEDIA_TYPE', 'unsupported_media_type', 'Send application/json'));
  });
}
