import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { CorsConfig } from '#config';
import { type RouteSettings, routeSettings } from '../bodies/body-kind.js';

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
export const AnyOrigin = (...exposedHeaders: string[]): MethodDecorator =>
  routeSettings({
    cors: { origin: '*', credentials: false, exposedHeaders, methods: ['POST'], allowedHeaders: SENT_HEADERS },
  });

/** Answers preflights and says which origins may read an answer (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export async function allowOrigins(fastify: FastifyInstance, config: CorsConfig): Promise<void> {
  const prepared = new Set<string>();
  // A preflight is a request of its own, and takes what it is answered from a route of its own: such an address has one.
  fastify.addHook('onRoute', ({ url, config: settings }) => {
    const { cors: own } = (settings ?? {}) as RouteSettings;
    if (!own || prepared.has(url)) return;
    prepared.add(url);
    fastify.options(url, { config: { cors: own } }, (_request, reply) => reply.callNotFound());
  });
  await fastify.register(cors, {
    origin: config.origins.includes('*') ? true : [...config.origins],
    credentials: config.allowCredentials,
    methods: [...config.allowMethods],
    allowedHeaders: [...config.allowHeaders, ...MCP_HEADERS],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: config.maxAgeSeconds,
    strictPreflight: false,
  });
}
