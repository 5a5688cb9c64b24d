import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { uuidFromBytes, uuidToBytes } from '#platform/kernel';

const PREFIX = 'dv1_';
const ID_BYTES = 16;
const BODY_BYTES = 2 * ID_BYTES + 8;
const MAC_BYTES = 32;

/** A device is forgotten this long after the login that made it known. */
export const DEVICE_LIFE_MS = 180 * 86_400_000;

/** A device that somebody logged in from before (OWASP: device cookies). */
export interface KnownDevice {
  userId: string;
  deviceId: string;
  /** When the token was issued, in milliseconds since 1970. */
  issuedAt: number;
}

/** `dv1_` and base64url of user, device, time and an HMAC-SHA-256 over them: nothing is stored to recognise it. */
export function issueDeviceToken({ userId, deviceId, issuedAt }: KnownDevice, key: KeyObject): string {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(issuedAt));
  const body = Buffer.concat([uuidToBytes(userId), uuidToBytes(deviceId), time]);
  return PREFIX + Buffer.concat([body, macOf(body, key)]).toString('base64url');
}

/** The device of a token that is ours and not too old at `now`; `undefined` for anything else. */
export function readDeviceToken(token: string, key: KeyObject, now: number): KnownDevice | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const text = token.slice(PREFIX.length);
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== text) return undefined;
  const body = bytes.subarray(0, BODY_BYTES);
  if (!timingSafeEqual(macOf(body, key), bytes.subarray(BODY_BYTES))) return undefined;
  const issuedAt = Number(body.readBigUInt64BE(2 * ID_BYTES));
  if (now - issuedAt > DEVICE_LIFE_MS) return undefined;
  const [userId, deviceId] = [body.subarray(0, ID_BYTES), body.subarray(ID_BYTES, 2 * ID_BYTES)].map(uuidFromBytes);
  return { userId: userId ?? '', deviceId: deviceId ?? '', issuedAt };
}

function macOf(body: Buffer, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(body).digest();
}
