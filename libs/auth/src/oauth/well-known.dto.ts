import { ApiProperty } from '@nestjs/swagger';

/** Public keys. */
export class JwksDto {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  keys!: object[];
}

/** Metadata of the authorization server (RFC 8414 §2). */
export class AuthorizationServerDto {
  /** @example https://ops.example.com */
  issuer!: string;
  /** Refuses everybody; clients of the Model Context Protocol read no metadata without it. */
  authorization_endpoint!: string;
  token_endpoint!: string;
  jwks_uri!: string;
  scopes_supported!: string[];
  response_types_supported!: string[];
  grant_types_supported!: string[];
  token_endpoint_auth_methods_supported!: string[];
  revocation_endpoint!: string;
  revocation_endpoint_auth_methods_supported!: string[];
  introspection_endpoint!: string;
  introspection_endpoint_auth_methods_supported!: string[];
}
