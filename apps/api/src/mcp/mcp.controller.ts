import { Controller, Delete, Get, Header, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CorsConfig } from '#config';
import { ApiProblems, IgnoresUnknownQuery, OwnPace, PublicAddress, ReadsPrunedJson } from '#platform/http';
import { AuthorizationException } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Public, RateLimit, Roles } from '#platform/security';
import { McpService } from './mcp.service.js';

/** What a model says is short; each byte of it is read twice, here and by the route that is called. */
const MAX_BYTES = 1024 * 1024;

/** The door for language models. */
@ApiTags('mcp')
@IgnoresUnknownQuery()
@Controller()
export class McpController {
  constructor(
    private readonly mcp: McpService,
    private readonly address: PublicAddress,
    private readonly cors: CorsConfig,
  ) {}

  @Post('mcp')
  // What a tool's route does not take is refused by it, where the model can read why.
  @ReadsPrunedJson(MAX_BYTES)
  @Roles('READ_ONLY')
  // Each call of a tool is a call of a route, and counted there.
  @RateLimit('none')
  @OwnPace()
  @ApiOperation({
    operationId: 'callMcp',
    summary: 'Model Context Protocol over streamable HTTP, without sessions',
    description: 'Tools are shown to, and run for, those who have the role of the route behind them.',
  })
  @ApiBody({ schema: { type: 'object', example: { jsonrpc: '2.0', id: 1, method: 'tools/list' } } })
  @ApiResponse({ status: 200, description: 'The answer', schema: { type: 'object' } })
  @ApiResponse({ status: 202, description: 'A notification was taken' })
  @ApiResponse({ status: 400, description: 'Not a message of the protocol', schema: { type: 'object' } })
  @ApiResponse({ status: 406, description: 'The client takes no answer that there is', schema: { type: 'object' } })
  @ApiProblems(401, 403, 422)
  async callMcp(
    @Req() request: FastifyRequest,
    @CurrentPrincipal() principal: Principal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.demandKnownOrigin(request);
    const answer = await this.mcp.answer(request, principal);
    const type = answer.headers.get('content-type');
    if (type !== null) void reply.header('content-type', type);
    await reply.code(answer.status).send(Buffer.from(await answer.arrayBuffer()));
  }

  /** A page that a person looks at shall not speak to this door with his rights: who sends an Origin names ours, or one that is allowed. */
  private demandKnownOrigin(request: FastifyRequest): void {
    const { origin } = request.headers;
    if (origin === undefined || this.cors.origins.includes('*')) return;
    const own = [this.address.origin, this.address.asSeenBy(request)].map((address) => new URL(address).origin);
    if (!own.includes(origin) && !this.cors.origins.includes(origin))
      throw new AuthorizationException('Requests from this origin are not taken');
  }

  /** There are no streams to open, because there are no sessions. */
  @Get('mcp')
  @Roles('READ_ONLY')
  @ApiExcludeEndpoint()
  async refuseStream(@Res() reply: FastifyReply): Promise<void> {
    await refuseMethod(reply);
  }

  /** Nor sessions to end. */
  @Delete('mcp')
  @Roles('READ_ONLY')
  @ApiExcludeEndpoint()
  async refuseEnd(@Res() reply: FastifyReply): Promise<void> {
    await refuseMethod(reply);
  }

  @Get('.well-known/oauth-protected-resource/mcp')
  @Public()
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({ operationId: 'getProtectedResource', summary: 'Where tokens for the MCP door come from (RFC 9728)' })
  @ApiResponse({ status: 200, schema: { type: 'object' } })
  getProtectedResource(@Req() request: FastifyRequest): object {
    return {
      // Clients compare it with the address that they were given.
      resource: `${this.address.asSeenBy(request)}/mcp`,
      authorization_servers: [this.address.origin],
      bearer_methods_supported: ['header'],
    };
  }

  /** Older clients ask without the path of the resource. */
  @Get('.well-known/oauth-protected-resource')
  @Public()
  @Header('Cache-Control', 'public, max-age=300')
  @ApiExcludeEndpoint()
  getProtectedResourceOfOrigin(@Req() request: FastifyRequest): object {
    return this.getProtectedResource(request);
  }
}

async function refuseMethod(reply: FastifyReply): Promise<void> {
  const error = { code: -32000, message: 'Method not allowed: there are no sessions' };
  await reply.code(405).header('Allow', 'POST').send({ jsonrpc: '2.0', error, id: null });
}
