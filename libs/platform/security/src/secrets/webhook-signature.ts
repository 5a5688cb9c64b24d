import { createHmac, timingSafeEqual } from 'node:crypto';

/** Header that carries the signature, both ways. */
export const SIGNATURE_HEADER = 'X-Webhook-Signature';

/** `sha256=` and the hexadecimal HMAC-SHA-256 (RFC 2104) of the raw body. */
export function sign(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Compares in constant time. */
export function isSignedBy(body: string, signature: string, secret: string): boolean {
  const [given, expected] = [Buffer.from(signature), Buffer.from(sign(body, secret))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
