import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { readIdempotencyKey } from '#platform/http';
import type { GuardedRequest } from '#platform/security';
import type { KeyedRequest } from '../application/keyed-request.service.js';

/** What of a request to make something its door knows. */
export type Keyed = Pick<KeyedRequest, 'principalId' | 'key' | 'onReplay'>;

/**
 * Who asks, under which `Idempotency-Key`, and how to say that the answer is an earlier one. Only for routes with `@Roles`.
 *
 * @throws HttpRefusal (400) unless the key is 1 to 255 visible ASCII characters
 */
export const KeyedCaller = createParamDecorator((_: unknown, context: ExecutionContext): Keyed => {
  const http = context.switchToHttp();
  const { user, headers } = http.getRequest<GuardedRequest>();
  if (!user) throw new Error('KeyedCaller is used on a route that does not demand a role');
  const reply = http.getResponse<{ header(name: string, value: string): unknown }>();
  return {
    principalId: user.id,
    key: readIdempotencyKey(headers['idempotency-key']),
    onReplay: () => void reply.header('Idempotent-Replayed', 'true'),
  };
});

/** Documents the header. */
export const TakesIdempotencyKey = (): MethodDecorator =>
  ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Makes repeating the request safe.' });
