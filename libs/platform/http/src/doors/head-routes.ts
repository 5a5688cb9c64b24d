import { Readable } from 'node:stream';
import type { FastifyInstance, onSendHookHandler } from 'fastify';

/**
 * Every GET also answers HEAD (RFC 9110 §9.3.2), by Fastify. What would be streamed is let go at once: Fastify alone would read it to
 * its end for nobody.
 */
export function answerHeads(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (route.method === 'HEAD') route.onSend = [letStreamsGo, ...[route.onSend ?? []].flat()];
  });
}

const letStreamsGo: onSendHookHandler = (_request, _reply, payload, done) => {
  if (!(payload instanceof Readable)) return done(null, payload);
  payload.on('error', () => undefined).destroy();
  return done(null, Readable.from([]));
};
