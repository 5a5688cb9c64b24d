import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, Locates } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { AgentDirectoryService } from './agent-directory.service.js';
import { AgentRegistryService } from './agent-registry.service.js';
import { AgentHealthDto, AgentsHealthDto, toAgentsHealthDto, toHealthDto } from './agent-health.dto.js';
import { CreateAgentDto, toChanges, toDefinition, UpdateAgentDto } from './agent-definition.dto.js';
import { AgentDto, AgentPageDto, AgentQueryDto, toAgentDto } from './agent.dto.js';

/** The registry of agents. */
@ApiTags('agents')
@Controller('agents')
export class AgentsController {
  constructor(
    private readonly directory: AgentDirectoryService,
    private readonly registry: AgentRegistryService,
  ) {}

  @Get()
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'listAgents', summary: 'Find agents, by slug' })
  @ApiResponse({ status: 200, type: AgentPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listAgents(@Query() query: AgentQueryDto): Promise<AgentPageDto> {
    const { items, nextCursor } = await this.directory.search(query);
    return { items: items.map((agent) => toAgentDto(agent)), nextCursor };
  }

  @Get('health')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'getAgentsHealth', summary: 'How every agent is doing' })
  @ApiResponse({ status: 200, type: AgentsHealthDto })
  @ApiProblems(401, 403, 429)
  async getAgentsHealth(): Promise<AgentsHealthDto> {
    return toAgentsHealthDto(await this.directory.healthOfAll());
  }

  @Get(':slug')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'getAgent', summary: 'One agent' })
  @ApiResponse({ status: 200, type: AgentDto })
  @ApiProblems(401, 403, 404, 429)
  async getAgent(@Param('slug') slug: string): Promise<AgentDto> {
    return toAgentDto(await this.directory.get(slug));
  }

  @Get(':slug/health')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'getAgentHealth', summary: 'How one agent is doing' })
  @ApiResponse({ status: 200, type: AgentHealthDto })
  @ApiProblems(401, 403, 404, 429)
  async getAgentHealth(@Param('slug') slug: string): Promise<AgentHealthDto> {
    return toHealthDto(await this.directory.healthOf(slug));
  }

  @Post()
  @Roles('ADMIN')
  @ApiOperation({ operationId: 'createAgent', summary: 'Register an agent; a secret in the answer is shown once' })
  @Locates('agents/{slug}')
  @ApiResponse({ status: 201, type: AgentDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 422, 429)
  createAgent(@Body() body: CreateAgentDto, @AsKeyedRequest() request: KeyedRequest): Promise<AgentDto> {
    return this.registry.create(request, toDefinition(body), toAgentDto);
  }

  @Patch(':slug')
  @Roles('ADMIN')
  @ApiOperation({ operationId: 'updateAgent', summary: 'Change an agent; what is left out stays' })
  @ApiResponse({ status: 200, type: AgentDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async updateAgent(@Param('slug') slug: string, @Body() body: UpdateAgentDto): Promise<AgentDto> {
    const { agent, secret } = await this.registry.change(slug, toChanges(body));
    return toAgentDto(agent, secret);
  }

  @Delete(':slug')
  @Roles('ADMIN')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'deleteAgent', summary: 'Remove an agent that has no open tasks; its record stays' })
  @ApiResponse({ status: 204, description: 'Removed' })
  @ApiProblems(401, 403, 404, 409, 429)
  async deleteAgent(@Param('slug') slug: string): Promise<void> {
    await this.registry.remove(slug);
  }

  @Post(':slug/pause')
  @Roles('ADMIN')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'pauseAgent', summary: 'Start no more tasks of an agent; they wait' })
  @ApiResponse({ status: 200, type: AgentDto })
  @ApiProblems(401, 403, 404, 429)
  async pauseAgent(@Param('slug') slug: string, @CurrentPrincipal() { id }: Principal): Promise<AgentDto> {
    return toAgentDto(await this.registry.setPaused(slug, id));
  }

  @Post(':slug/resume')
  @Roles('ADMIN')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'resumeAgent', summary: 'Start tasks of a paused agent again' })
  @ApiResponse({ status: 200, type: AgentDto })
  @ApiProblems(401, 403, 404, 429)
  async resumeAgent(@Param('slug') slug: string): Promise<AgentDto> {
    return toAgentDto(await this.registry.setPaused(slug, undefined));
  }
}
