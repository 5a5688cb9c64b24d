/** What a caller may do at most, besides its role. What a credential makes has at most these. */
export interface CredentialBounds {
  /** When it ends; `null` is never. */
  readonly expiresAt: Date | null;
  /** Addresses and networks it may be used from; empty is all. */
  readonly ipAllowlist: readonly string[];
  /** Slugs of the agents whose tasks it may lease; empty is all that its role may execute. */
  readonly agents: readonly string[];
}

/**
 * By what a caller acts: the login session of a person, an API key of a program, or an access token that a key was exchanged
 * for (RFC 6749 §4.4). A session has no bounds: it stands for the person.
 */
export interface Credential extends CredentialBounds {
  readonly kind: 'session' | 'api_key' | 'oauth_token';
  /** Id of the session or key; of an OAuth token, of the key behind it. */
  readonly id: string;
  /** When the person last proved himself by password or code; only of sessions. */
  readonly provenAt?: Date;
}

/** A session's bounds: those of the person. */
export const UNBOUNDED: CredentialBounds = { expiresAt: null, ipAllowlist: [], agents: [] };
