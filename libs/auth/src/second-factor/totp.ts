import { createHmac, randomBytes } from 'node:crypto';

/** Seconds a code stands for (RFC 6238 §4.1: the default, which every authenticator app uses). */
const STEP_SECONDS = 30;
const DIGITS = 6;

/** 160 bits, the length of the MAC (RFC 4226 §4, R6). */
const SECRET_BYTES = 20;

/** RFC 4648 §6, without padding. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function newTotpSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** The six digits of a secret at a step (RFC 4226 §5.3 over RFC 6238 time steps, HMAC-SHA-1). */
export function totpCode(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** The step that a moment, in milliseconds since 1970, falls into. */
export function totpStep(millis: number): number {
  return Math.floor(millis / 1000 / STEP_SECONDS);
}

/**
 * The step whose code this is: the present one, or one beside it, since people are slow and clocks differ (RFC 6238 §5.2).
 * `undefined` when it is none of them. Whoever accepts a code keeps its step, and takes only later ones afterwards.
 */
export function matchTotp(secret: Buffer, code: string, millis: number): number | undefined {
  const now = totpStep(millis);
  return [now, now - 1, now + 1].find((step) => totpCode(secret, step) === code);
}

/** Base32 of the secret, as people type it into an app. */
export function toBase32(bytes: Buffer): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? []).map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** What an authenticator app reads from a QR code. */
export function otpauthUri(secret: Buffer, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const parameters = new URLSearchParams({
    secret: toBase32(secret),
    issuer,
    algorithm: 'SHA1',
    digits: String(DIGITS),
    period: String(STEP_SECONDS),
  });
  return `otpauth://totp/${label}?${parameters.toString().replaceAll('+', '%20')}`;
}
