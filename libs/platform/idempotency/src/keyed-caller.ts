import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readIdempotencyKey } from '#platform/http';
import { type GuardedRequest, networkOf } from '#platform/security';
import type { KeyedRequest } from './keyed-request.js';

/**
 * The request as one to be carried out once for its `Idempotency-Key`: whose it is, what it asks for, and how to say that the answer is
 * an earlier one. Keys are those of a user over all his credentials; with `credential` those of one credential, for answers that show
 * another credential: a narrower one must not get it by asking again. Strangers share the keys of their network.
 *
 * @throws HttpRefusal (400) unless the key is 1 to 255 visible ASCII characters
 */
export const AsKeyedRequest = createParamDecorator(
  (scope: 'credential' | undefined, context: ExecutionContext): KeyedRequest => {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & GuardedRequest>();
    return {
      owner: ownerOf(request, scope),
      key: readIdempotencyKey(request.headers['idempotency-key']),
      operation: context.getHandler().name,
      fields: { ...(request.params as object), ...(typeof request.body === 'object' ? request.body : {}) },
      onReplay: () => void http.getResponse<FastifyReply>().header('Idempotent-Replayed', 'true'),
    };
  },
);

function ownerOf({ user, ip }: FastifyRequest & GuardedRequest, scope: 'credential' | undefined): string {
  if (!user) return `network ${networkOf(ip)}`;
  if (scope !== 'credential') return `user ${user.id}`;
  // A token has the id of its key, and fewer rights.
  const { kind, id, expiresAt } = user.credential;
  return `credential ${kind} ${id} ${user.role} ${expiresAt?.getTime() ?? 'unbounded'}`;
}

/** Documents the header of a route that makes something. */
export const TakesIdempotencyKey = (): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
    description: 'Makes repeating the request safe: the first answer comes again, with `Idempotent-Replayed: true`.',
  });
