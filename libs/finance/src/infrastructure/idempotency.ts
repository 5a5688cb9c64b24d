import type { CanonicalText } from '../domain/canonical-json.js';

/** A write that was asked for under a key. */
export interface KeyedRequest {
  readonly principalId: string;
  readonly key: string;
  /** The request in canonical form; what a repeated one is compared with. */
  readonly fingerprint: Readonly<Record<string, unknown>>;
  /** The same as text. */
  readonly fingerprintText: CanonicalText;
}

/** A fresh request and what it is answered, as it is kept. */
export interface FreshAnswer {
  readonly request: KeyedRequest;
  readonly answer: object;
}

/** What was answered to a request before. */
export interface StoredAnswer {
  readonly fingerprint: Readonly<Record<string, unknown>>;
  readonly answer: object;
}

/** The identity of a request. */
export function idOf({ principalId, key }: Pick<KeyedRequest, 'principalId' | 'key'>): string {
  return `${principalId} ${key}`;
}
