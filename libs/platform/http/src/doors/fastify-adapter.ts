import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { PerformanceConfig, ServerConfig } from '#config';
import { addApiPrefix } from './api-prefix.js';
import { frameworkProblem, refuseUnreadable } from '../problems/framework-problem.js';

/** How often Node looks for connections that are past their time; its default of 30 s lets a slow-loris linger. */
const CONNECTION_CHECK_MS = 1_000;

/** Longer than the idle time of common load balancers (60 s), so that the balancer closes first. */
const KEEP_ALIVE_MS = 72_000;

/** Longest path parameter; ids and codes are far shorter. */
const MAX_PARAM_LENGTH = 200;

/** Largest request head: a token of 8 KB with room for the rest. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Fastify with the limits that its defaults leave open. */
export function createHttpAdapter(server: ServerConfig, performance: PerformanceConfig): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    bodyLimit: performance.maxContentLengthMb * 1024 * 1024,
    trustProxy: trustProxyOf(server.trustProxy),
    requestTimeout: performance.requestTimeoutSeconds * 1000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // In-flight keep-alive requests still finish while draining; readiness has said 503 before.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    // Protocols differ in whether their addresses end in a slash.
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    http: {
      headersTimeout: performance.headersTimeoutSeconds * 1000,
      requestTimeout: performance.requestTimeoutSeconds * 1000,
      connectionsCheckingInterval: CONNECTION_CHECK_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node's own refusal of a request without a Host is no problem document; the pipeline refuses it.
      requireHostHeader: false,
    },
    rewriteUrl: (request: { url?: string }) => addApiPrefix(request.url ?? '/'),
    frameworkErrors: frameworkProblem,
    clientErrorHandler: refuseUnreadable,
  });
}

function trustProxyOf(value: string): boolean | string | ((address: string, hop: number) => boolean) {
  if (value === 'true' || value === 'false') return value === 'true';
  if (!/^\d+$/.test(value)) return value;
  const hops = Number(value);
  return (_address, hop) => hop < hops;
}
