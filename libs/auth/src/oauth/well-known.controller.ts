import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { API_PREFIX } from '#platform/http';
import { Public } from '#platform/security';
import { OAuthMetadataService } from './oauth-metadata.service.js';
import { AuthorizationServerDto, JwksDto } from './well-known.dto.js';

/** What programs need to know to verify our tokens and to get their own. */
@ApiTags('oauth')
@Public()
@Controller('.well-known')
export class WellKnownController {
  constructor(private readonly metadata: OAuthMetadataService) {}

  /** Keys are listed before they sign and after they did, so that a copy may be kept for five minutes. */
  @Get('jwks.json')
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({ operationId: 'getJwks', summary: 'Public keys of tokens and signatures (RFC 7517)' })
  @ApiResponse({ status: 200, type: JwksDto })
  async getJwks(): Promise<JwksDto> {
    return { keys: await this.metadata.publishedKeys() };
  }

  @Get('oauth-authorization-server')
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({ operationId: 'getAuthorizationServer', summary: 'Where tokens come from (RFC 8414)' })
  @ApiResponse({ status: 200, type: AuthorizationServerDto })
  getAuthorizationServer(): AuthorizationServerDto {
    const issuer = this.metadata.issuer;
    const methods = ['client_secret_basic', 'client_secret_post'];
    const at = (path: string): string => `${issuer}/${API_PREFIX}/oauth/${path}`;
    return {
      issuer,
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      scopes_supported: this.metadata.scopes(),
      response_types_supported: [],
      grant_types_supported: ['client_credentials', 'refresh_token'],
      token_endpoint_auth_methods_supported: methods,
      revocation_endpoint: at('revoke'),
      revocation_endpoint_auth_methods_supported: methods,
      introspection_endpoint: at('introspect'),
      introspection_endpoint_auth_methods_supported: methods,
    };
  }
}
