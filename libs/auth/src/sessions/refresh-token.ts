import { createHmac, timingSafeEqual } from 'node:crypto';
import { uuidFromBytes, uuidToBytes } from '#platform/kernel';

const PREFIX = 'rt1_';
const VERSION = 1;
const SESSION_BYTES = 16;
const COUNTER_BYTES = 8;
const MAC_BYTES = 32;
const BODY_BYTES = 1 + SESSION_BYTES + COUNTER_BYTES;

/** What a refresh token says: its session, and how many times that session was refreshed before. */
export interface RefreshTokenClaims {
  sessionId: string;
  counter: bigint;
}

/** A token as it arrived: its claims mean nothing until the MAC is checked with the session's key. */
export interface ParsedRefreshToken extends RefreshTokenClaims {
  isAuthentic(sessionKey: Buffer): boolean;
}

/**
 * Makes the token of a session at a counter: `rt1_` and base64url of version, session id, counter and an HMAC-SHA-256 over
 * them with the session's own key. Nothing in it needs to be stored to recognise it.
 */
export function issueRefreshToken({ sessionId, counter }: RefreshTokenClaims, sessionKey: Buffer): string {
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  uuidToBytes(sessionId).copy(body, 1);
  body.writeBigUInt64BE(counter, 1 + SESSION_BYTES);
  return PREFIX + Buffer.concat([body, macOf(body, sessionKey)]).toString('base64url');
}

/** Reads a token; `undefined` when it has not exactly the form that `issueRefreshToken` gives. */
export function parseRefreshToken(token: string): ParsedRefreshToken | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const text = token.slice(PREFIX.length);
  const bytes = Buffer.from(text, 'base64url');
  // Base64url leaves spare bits and ignores foreign characters: only the canonical text is the token.
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== text) return undefined;
  const body = bytes.subarray(0, BODY_BYTES);
  if (body.readUInt8(0) !== VERSION) return undefined;
  return {
    sessionId: uuidFromBytes(body.subarray(1, 1 + SESSION_BYTES)),
    counter: body.readBigUInt64BE(1 + SESSION_BYTES),
    isAuthentic: (sessionKey) => timingSafeEqual(macOf(body, sessionKey), bytes.subarray(BODY_BYTES)),
  };
}

function macOf(body: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest();
}
