import { Body, Controller, Get, Header, HttpCode, HttpStatus, Post, Req, UseFilters } from '@nestjs/common';
import { ApiBasicAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '#platform/kernel';
import { ApiProblems, FormBody, IgnoresUnknownQuery } from '#platform/http';
import { type GuardedRequest, Public } from '#platform/security';
import { OAuthClientService } from './oauth-client.service.js';
import { OAuthGrantService } from './oauth-grant.service.js';
import { TokenInspectionService } from './token-inspection.service.js';
import { OAuthException } from './oauth.exceptions.js';
import {
  IntrospectionDto,
  OAuthErrorDto,
  OAuthTokenDto,
  toIntrospectionDto,
  toOAuthTokenDto,
  TokenParametersDto,
  TokenReferenceDto,
} from './oauth.dto.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { type OAuthParameters, readClientCredentials, readParameters } from './oauth-request.validator.js';

/**
 * OAuth 2.0 for programs (RFC 6749, 7009, 7662). A client is an API key: its id is the `client_id`, the key itself the
 * `client_secret`. Names and errors are those of the RFCs.
 */
@ApiTags('oauth')
@Public()
@UseFilters(OAuthErrorFilter)
@ApiBasicAuth('oauthClient')
@ApiConsumes('application/x-www-form-urlencoded')
@ApiResponse({ status: 400, type: OAuthErrorDto, description: 'The request is not one of the RFC' })
@ApiResponse({ status: 401, type: OAuthErrorDto, description: 'The client did not authenticate' })
@ApiProblems(415, 429, 503)
@IgnoresUnknownQuery()
@Controller('oauth')
export class OAuthController {
  constructor(
    private readonly clients: OAuthClientService,
    private readonly grants: OAuthGrantService,
    private readonly inspection: TokenInspectionService,
    private readonly clock: Clock,
  ) {}

  /** Named in the metadata because clients ask for it; nobody signs in for a program here. */
  @Get('authorize')
  @ApiOperation({ operationId: 'authorize', summary: 'Refused: programs use client_credentials' })
  authorize(): never {
    throw new OAuthException('unsupported_response_type', 'There are no response types: use client_credentials');
  }

  @Post('token')
  @FormBody()
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @ApiBody({ type: TokenParametersDto })
  @ApiOperation({ operationId: 'requestToken', summary: 'Exchange an API key or a refresh token for an access token' })
  @ApiResponse({ status: 200, type: OAuthTokenDto })
  async requestToken(@Body() body: unknown, @Req() request: GuardedRequest): Promise<OAuthTokenDto> {
    const parameters = readParameters(body);
    const { grant_type: type, refresh_token: refreshToken, scope } = parameters;
    if (type === undefined) throw new OAuthException('invalid_request', 'grant_type is missing');
    if (type !== 'client_credentials' && type !== 'refresh_token')
      throw new OAuthException('unsupported_grant_type', 'Use client_credentials or refresh_token');
    const client = await this.authenticate(request, parameters);
    if (type === 'client_credentials') return toOAuthTokenDto(await this.grants.forClient(client, scope));
    if (refreshToken === undefined) throw new OAuthException('invalid_request', 'refresh_token is missing');
    return toOAuthTokenDto(await this.grants.forRefreshToken(client, refreshToken));
  }

  @Post('revoke')
  @FormBody()
  @HttpCode(HttpStatus.OK)
  @ApiBody({ type: TokenReferenceDto })
  @ApiOperation({ operationId: 'revokeToken', summary: 'Take a token back (RFC 7009); also when it is none any more' })
  @ApiResponse({ status: 200, description: 'It is void' })
  async revokeToken(@Body() body: unknown, @Req() request: GuardedRequest): Promise<void> {
    const parameters = readParameters(body);
    const client = await this.authenticate(request, parameters);
    await this.inspection.revoke(client, tokenOf(parameters));
  }

  @Post('introspect')
  @FormBody()
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @ApiBody({ type: TokenReferenceDto })
  @ApiOperation({ operationId: 'introspectToken', summary: 'What a token is good for now (RFC 7662)' })
  @ApiResponse({ status: 200, type: IntrospectionDto })
  async introspectToken(@Body() body: unknown, @Req() request: GuardedRequest): Promise<IntrospectionDto> {
    const parameters = readParameters(body);
    await this.authenticate(request, parameters);
    return toIntrospectionDto(await this.inspection.introspect(tokenOf(parameters), this.clock.millis()));
  }

  private authenticate(
    request: GuardedRequest,
    parameters: OAuthParameters,
  ): ReturnType<OAuthClientService['authenticate']> {
    const { clientId, clientSecret } = readClientCredentials(request, parameters);
    return this.clients.authenticate(clientId, clientSecret, request.ip);
  }
}

function tokenOf({ token }: OAuthParameters): string {
  if (token === undefined) throw new OAuthException('invalid_request', 'token is missing');
  return token;
}
