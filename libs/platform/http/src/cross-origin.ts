import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CorsConfig } from '#config';
import { type RouteSettings, routeSettings } from './body-kind.js';

const EXPOSED_HEADERS = [
  'X-Request-ID',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
  'Idempotency-Key',
  'Idempotent-Replayed',
  'Location',
  'ETag',
  'WWW-Authenticate',
];

/** What senders in browsers put on a request, beside what every page may. */
const SENT_HEADERS = ['Content-Type', 'Content-Encoding', 'Authorization', 'X-Sentry-Auth', 'Sentry-Trace', 'Baggage'];

/** What clients of the Model Context Protocol put on a request; no setting has to know of them. */
const MCP_HEADERS = ['MCP-Protocol-Version', 'MCP-Session-Id', 'Last-Event-ID'];

/**
 * A route that pages of any origin may call, without credentials, and read these headers of its answers. For protocols whose senders run
 * in browsers and are known by a key of their own.
 */
export const AnyOrigin = (...exposedHeaders: string[]): MethodDecorator => routeSettings({ anyOrigin: exposedHeaders });

/** Answers preflights and says which origins may read an answer (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export async function allowOrigins(fastify: FastifyInstance, config: CorsConfig): Promise<void> {
  const open: { address: RegExp; options: FastifyCorsOptions }[] = [];
  const usual: FastifyCorsOptions = {
    origin: config.origins.includes('*') ? true : [...config.origins],
    credentials: config.allowCredentials,
    methods: [...config.allowMethods],
    allowedHeaders: [...config.allowHeaders, ...MCP_HEADERS],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: config.maxAgeSeconds,
    strictPreflight: false,
  };
  // A preflight has a route of its own: what it asks about is known by its address.
  fastify.addHook('onRoute', ({ url, config: settings }) => {
    const { anyOrigin } = (settings ?? {}) as RouteSettings;
    if (!anyOrigin) return;
    const address = new RegExp(`^${url.replace(/:\w+/g, '[^/?]{1,200}')}/?(?:\\?|$)`);
    const options = { origin: '*', credentials: false, exposedHeaders: anyOrigin, maxAge: config.maxAgeSeconds };
    open.push({ address, options: { ...usual, ...options, methods: ['POST'], allowedHeaders: SENT_HEADERS } });
  });
  await fastify.register(cors, {
    delegator: (request: FastifyRequest, callback: (error: Error | null, options: FastifyCorsOptions) => void) =>
      callback(null, open.find(({ address }) => address.test(request.url))?.options ?? usual),
  });
}
