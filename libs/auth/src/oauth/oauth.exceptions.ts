import { AppException } from '#platform/kernel';

/** Error codes of RFC 6749 §4.1.2.1 and §5.2, and RFC 7009 §2.2.1. */
export type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'unsupported_token_type';

/** A failure that an OAuth client reads: its own shape, not a problem document. */
export class OAuthException extends AppException {
  constructor(
    readonly error: OAuthError,
    description: string,
  ) {
    super(
      {
        code: `OAUTH.${error.toUpperCase()}`,
        category: 'authentication',
        kind: error === 'invalid_client' ? 'unauthenticated' : 'malformed',
      },
      description,
    );
  }
}
