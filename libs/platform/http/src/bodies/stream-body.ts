import { ReadsBody } from './body-kind.js';

/** Lines of JSON (https://github.com/ndjson/ndjson-spec). */
export const NDJSON = 'application/x-ndjson';

/**
 * A route that gets its body as a stream of `application/x-ndjson`, of any size: `request.body` is a `Readable`, read as fast as the
 * route takes it. The time to receive a whole request is limited all the same.
 */
export const ReadsNdjson = (): MethodDecorator => ReadsBody('ndjson');
