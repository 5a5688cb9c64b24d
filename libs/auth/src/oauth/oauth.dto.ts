import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { OAuthGrant } from './oauth-grant.service.js';
import type { TokenFacts } from './token-inspection.service.js';

/** How a client authenticates when it does not use the Authorization header. */
class ClientParametersDto {
  /** Id of the API key. */
  client_id?: string;
  /** The API key. */
  client_secret?: string;
}

/** Parameters of a token request. */
export class TokenParametersDto extends ClientParametersDto {
  @ApiProperty({ enum: ['client_credentials', 'refresh_token'] })
  grant_type!: string;
  /** For `client_credentials`: a role, no higher than that of the key. */
  @ApiPropertyOptional({ example: 'API_USER' })
  scope?: string;
  /** For `refresh_token`. */
  refresh_token?: string;
}

/** A token to take back or to look at. */
export class TokenReferenceDto extends ClientParametersDto {
  token!: string;
  /** Not needed: tokens say what they are. */
  token_type_hint?: string;
}

/** Tokens (RFC 6749 §5.1). */
export class OAuthTokenDto {
  access_token!: string;
  /** @example Bearer */
  token_type!: string;
  /** @example 1800 */
  expires_in!: number;
  /** @example API_USER */
  scope?: string;
  refresh_token?: string;
}

/** What a token is good for (RFC 7662 §2.2); of a void one only that. */
export class IntrospectionDto {
  active!: boolean;
  /** The role the token carries. */
  scope?: string;
  client_id?: string;
  username?: string;
  /** @example Bearer */
  token_type?: string;
  sub?: string;
  aud?: string;
  jti?: string;
  iat?: number;
  exp?: number;
}

/** A failure (RFC 6749 §5.2). */
export class OAuthErrorDto {
  /** @example invalid_client */
  error!: string;
  error_description!: string;
}

export function toOAuthTokenDto({ accessToken, expiresInSeconds, scope, refreshToken }: OAuthGrant): OAuthTokenDto {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresInSeconds,
    ...(scope === undefined ? {} : { scope }),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  };
}

export function toIntrospectionDto(facts: TokenFacts | undefined): IntrospectionDto {
  if (!facts) return { active: false };
  return {
    active: true,
    scope: facts.role,
    client_id: facts.clientId,
    username: facts.username,
    token_type: facts.kind === 'access' ? 'Bearer' : undefined,
    sub: facts.subject,
    aud: facts.audience,
    jti: facts.tokenId,
    iat: facts.issuedAt,
    exp: facts.expiresAt,
  };
}
