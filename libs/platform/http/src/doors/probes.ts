import type { FastifyRequest } from 'fastify';
import { routeOf } from './route.js';

/** Paths that are asked all day long by machines: they would drown the log, and must be answered whatever else is refused. */
const PROBES = new Set(['/health', '/health/live', '/health/ready', '/health/startup', '/metrics']);

/** Whether the request is one of a probe or of Prometheus. */
export function isProbe(request: FastifyRequest): boolean {
  return PROBES.has(routeOf(request));
}
