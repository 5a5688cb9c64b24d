import type { CanonicalText } from '../chain/canonical-json.js';

/** A write that was asked for under a key. */
export class KeyedRequest {
  constructor(
    readonly owner: string,
    readonly key: string,
    /** The request in canonical form, as text. */
    readonly fingerprintText: CanonicalText,
  ) {}

  /** What a repeated request is compared with. Few are, so it is read from the text when it is asked for. */
  get fingerprint(): Fingerprint {
    return JSON.parse(this.fingerprintText.text) as Fingerprint;
  }
}

/** A request as JSON has it. */
export type Fingerprint = Readonly<Record<string, unknown>>;

/** A fresh request and what it is answered, as it is kept. */
export interface FreshAnswer {
  readonly request: KeyedRequest;
  readonly answer: object;
}

/** What was answered to a request before. */
export interface StoredAnswer {
  readonly fingerprint: Fingerprint;
  readonly answer: object;
}

/** The identity of a request. */
export function idOf({ owner, key }: Pick<KeyedRequest, 'owner' | 'key'>): string {
  return `${owner} ${key}`;
}
