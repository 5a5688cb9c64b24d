import { Controller, Delete, Get, Header, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, IgnoresUnknownQuery, LargeBody, OwnPace, PublicAddress } from '#platform/http';
import { CurrentPrincipal, type Principal, Public, RateLimit, Roles } from '#platform/security';
import { McpService } from './mcp.service.js';

/** The door for language models. */
@ApiTags('mcp')
@IgnoresUnknownQuery()
@Controller()
export class McpController {
  constructor(
    private readonly mcp: McpService,
    private readonly address: PublicAddress,
  ) {}

  @Post('mcp')
  @LargeBody()
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
  @ApiResponse({ status: 406, description: 'The client takes no answer that there is', schema: { type: 'object' } })
  @ApiProblems(400, 401, 403, 422)
  async callMcp(
    @Req() request: FastifyRequest,
    @CurrentPrincipal() principal: Principal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const answer = await this.mcp.answer(request, principal);
    const type = answer.headers.get('content-type');
    if (type !== null) void reply.header('content-type', type);
    await reply.code(answer.status).send(Buffer.from(await answer.arrayBuffer()));
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
  getProtectedResource(): object {
    const { origin } = this.address;
    return {
      resource: `${origin}/mcp`,
      authorization_servers: [origin],
      bearer_methods_supported: ['header'],
    };
  }

  /** Older clients ask without the path of the resource. */
  @Get('.well-known/oauth-protected-resource')
  @Public()
  @Header('Cache-Control', 'public, max-age=300')
  @ApiExcludeEndpoint()
  getProtectedResourceOfOrigin(): object {
    return this.getProtectedResource();
  }
}

async function refuseMethod(reply: FastifyReply): Promise<void> {
  const error = { code: -32000, message: 'Method not allowed: there are no sessions' };
  await reply.code(405).header('Allow', 'POST').send({ jsonrpc: '2.0', error, id: null });
}
