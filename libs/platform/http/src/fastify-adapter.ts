import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { PerformanceConfig, ServerConfig } from '#config';
import { addApiPrefix } from './api-prefix.js';
import { frameworkProblem } from './framework-problem.js';

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
    exposeHeadRoutes: false,
    // Protocols differ in whether their addresses end in a slash.
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    http: {
      headersTimeout: performance.headersTimeoutSeconds * 1000,
      requestTimeout: performance.requestTimeoutSeconds * 1000,
      connectionsCheckingInterval: CONNECTION_CHECK_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
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

/** Bytes that are no HTTP, headers that are too large or come too slowly. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const body = JSON.stringify({
    type: 'about:blank',
    title,
    status,
    code: `HTTP.${title.toUpperCase().replaceAll(' ', '_')}`,
  });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}
