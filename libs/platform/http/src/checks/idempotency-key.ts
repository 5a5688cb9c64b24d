import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { HttpRefusal } from '../problems/http-exceptions.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The `Idempotency-Key` of a request (draft-ietf-httpapi-idempotency-key-header), with or without quotes; `undefined` when
 * the client sent none.
 *
 * @throws HttpRefusal (400) unless it is 1 to 255 visible ASCII characters
 */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const request = context.switchToHttp().getRequest<{ headers: Record<string, string | string[] | undefined> }>();
  return readIdempotencyKey(request.headers['idempotency-key']);
});

/** Checks and unquotes the header's value. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : '';
  if (!KEY.test(key)) {
    throw new HttpRefusal(
      'HTTP.INVALID_IDEMPOTENCY_KEY',
      'malformed',
      'Idempotency-Key must be 1 to 255 visible ASCII characters',
    );
  }
  return key;
}
