import { Module } from '@nestjs/common';
import type { FastifyInstance, onSendHookHandler } from 'fastify';
import type { PublicAddress } from '#platform/http';
import { McpController } from './mcp.controller.js';
import { McpService } from './mcp.service.js';
import { RouteCaller } from './route-caller.js';

/** The door for language models. It knows routes of every domain, so it stands where all of them are put together. */
@Module({ controllers: [McpController], providers: [McpService, RouteCaller] })
export class McpModule {}

/** Tells clients that are refused where tokens come from (RFC 9728 §5.1). */
export function challengeMcpClients(fastify: FastifyInstance, address: PublicAddress): void {
  const challenge: onSendHookHandler = (request, reply, payload, done) => {
    if (reply.statusCode === 401) {
      const metadata = `${address.asSeenBy(request)}/.well-known/oauth-protected-resource/mcp`;
      void reply.header('WWW-Authenticate', `Bearer resource_metadata="${metadata}"`);
    }
    done(null, payload);
  };
  fastify.addHook('onRoute', (route) => {
    if (route.url === '/mcp') route.onSend = [...[route.onSend ?? []].flat(), challenge];
  });
}
