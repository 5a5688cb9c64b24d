import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { API_PREFIX } from '#platform/http';
import { currentContext } from '#platform/kernel';
import type { RouteCall } from './mcp-tools.js';

/** What a route answered. */
export interface RouteAnswer {
  readonly isSuccess: boolean;
  readonly body: unknown;
}

/** Headers that say who is asking; the route that is called checks them like those of any request. */
const PASSED_ON = ['authorization', 'x-api-key', 'host', 'user-agent'] as const;

/**
 * Calls routes of this very process in the name of whoever made a request: roles, limits, validation and the audit are the
 * routes' own, so that no second door has rules of its own.
 */
@Injectable()
export class RouteCaller {
  constructor(private readonly adapter: HttpAdapterHost) {}

  async call(
    inTheNameOf: FastifyRequest,
    { method, path, query, body, idempotencyKey }: RouteCall,
  ): Promise<RouteAnswer> {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    const headers: Record<string, string> = {};
    for (const name of PASSED_ON) {
      const value = inTheNameOf.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const context = currentContext();
    if (context) headers['x-request-id'] = context.correlationId;
    if (context?.traceparent !== undefined) headers['traceparent'] = context.traceparent;
    if (typeof idempotencyKey === 'string') headers['idempotency-key'] = idempotencyKey;
    const answer = await fastify.inject({
      method,
      url: `/${API_PREFIX}${path}`,
      query: queryOf(query),
      // A key may be bound to addresses: the caller's counts, not this process's.
      remoteAddress: inTheNameOf.ip,
      headers,
      ...(body !== undefined && { payload: body as object }),
    });
    const isSuccess = answer.statusCode < 400;
    return { isSuccess, body: answer.payload === '' ? null : (JSON.parse(answer.payload) as unknown) };
  }
}

function queryOf(query: Readonly<Record<string, unknown>> = {}): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(query)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}
