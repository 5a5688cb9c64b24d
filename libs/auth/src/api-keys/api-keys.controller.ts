import { Body, Controller, Delete, Get, Header, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, readEnd, UuidParamPipe } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { CurrentPrincipal, type Principal, RecentProof, Roles } from '#platform/security';
import { ApiKeyService } from './api-key.service.js';
import { ApiKeyListDto, CreateApiKeyDto, NewApiKeyDto, toApiKeyDto, toNewApiKeyDto } from './api-key.dto.js';

/** A caller's keys for programs: all of a person, those that it made of a key. */
@ApiTags('auth')
@Roles('API_USER')
@Controller('auth/api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeyService) {}

  @Post()
  @RecentProof()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'createApiKey', summary: 'Make a key; it is shown once' })
  @ApiResponse({ status: 201, type: NewApiKeyDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 422, 429)
  createApiKey(
    @CurrentPrincipal() principal: Principal,
    @Body() { expiresAt, ...request }: CreateApiKeyDto,
    @AsKeyedRequest('credential') keyed: KeyedRequest,
  ): Promise<NewApiKeyDto> {
    const expiry = typeof expiresAt === 'string' ? readEnd(expiresAt) : undefined;
    return this.apiKeys.create(keyed, principal, { ...request, expiresAt: expiry }, toNewApiKeyDto);
  }

  @Get()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'The caller’s keys' })
  @ApiResponse({ status: 200, type: ApiKeyListDto })
  @ApiProblems(401, 403, 429)
  async listApiKeys(@CurrentPrincipal() principal: Principal): Promise<ApiKeyListDto> {
    return { items: (await this.apiKeys.list(principal)).map(toApiKeyDto) };
  }

  @Post(':id/rotate')
  @RecentProof()
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'rotateApiKey',
    summary: 'Give a key another secret; it is shown once, the old one is void at once',
  })
  @ApiResponse({ status: 200, type: NewApiKeyDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 404, 409, 422, 429)
  rotateApiKey(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @AsKeyedRequest('credential') keyed: KeyedRequest,
  ): Promise<NewApiKeyDto> {
    return this.apiKeys.rotate(keyed, principal, id, toNewApiKeyDto);
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'revokeApiKey', summary: 'Revoke a key and all that it made, at once' })
  @ApiResponse({ status: 204, description: 'Revoked' })
  @ApiProblems(400, 401, 403, 404, 429)
  async revokeApiKey(@CurrentPrincipal() principal: Principal, @Param('id', UuidParamPipe) id: string): Promise<void> {
    await this.apiKeys.revoke(principal, id);
  }
}
