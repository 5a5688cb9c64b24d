import type { GuardedRequest } from '#platform/security';
import { OAuthException } from './oauth.exceptions.js';

/** Parameters of a request, each sent at most once; unknown ones are ignored, as RFC 6749 §3.2 demands. */
export type OAuthParameters = Readonly<Record<string, string | undefined>>;

/** @throws OAuthException `invalid_request` when a parameter is sent twice */
export function readParameters(body: unknown): OAuthParameters {
  if (typeof body !== 'object' || body === null)
    throw new OAuthException('invalid_request', 'Send the parameters as application/x-www-form-urlencoded');
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string') throw new OAuthException('invalid_request', `${name} must be sent once, as text`);
  }
  // A parameter without a value counts as left out (RFC 6749 §3.2).
  return Object.fromEntries(Object.entries(body as Record<string, string>).filter(([, value]) => value !== ''));
}

/**
 * The client's credentials, from `Authorization: Basic` or from the body (RFC 6749 §2.3.1), not from both.
 *
 * @throws OAuthException `invalid_client`, `invalid_request`
 */
export function readClientCredentials(
  { headers }: GuardedRequest,
  { client_id: id, client_secret: secret }: OAuthParameters,
): { clientId: string; clientSecret: string } {
  const basic = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(String(headers['authorization'] ?? ''))?.[1];
  if (basic === undefined) {
    if (id === undefined || secret === undefined)
      throw new OAuthException('invalid_client', 'Send client_id and client_secret, in the header or in the body');
    return { clientId: id, clientSecret: secret };
  }
  if (secret !== undefined) throw new OAuthException('invalid_request', 'Use one way to authenticate, not two');
  const text = Buffer.from(basic, 'base64').toString();
  const colon = text.indexOf(':');
  const [clientId, clientSecret] = [text.slice(0, colon), text.slice(colon + 1)].map(formDecode);
  if (colon < 0 || !clientId || !clientSecret)
    throw new OAuthException('invalid_client', 'The Authorization header cannot be read');
  return { clientId, clientSecret };
}

/** Both parts are form-encoded before they are joined (RFC 6749 §2.3.1, appendix B). */
function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
