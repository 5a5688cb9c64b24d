import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems, CursorCodec, PageQueryDto, PublicAddress, Locates } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { pageOf } from '#platform/kernel';
import { Roles } from '#platform/security';
import { ProjectRegistryService } from './project-registry.service.js';
import { ProjectNotFoundException } from '../occurrences/errors.exceptions.js';
import {
  CreateErrorProjectDto,
  dsnOf,
  ErrorProjectDetailDto,
  ErrorProjectDto,
  ErrorProjectKeyDto,
  ErrorProjectKeysDto,
  ErrorProjectPageDto,
  toErrorProjectDetailDto,
  toErrorProjectDto,
} from './error-project.dto.js';

const LIST = 'errors.projects';

const PROJECT_ID = { name: 'projectId', type: 'integer', example: 1 } as const;
const KEY = { name: 'key', example: '0f6a2c1e9b7d4c550f6a2c1e9b7d4c55' } as const;

/** Services that report through a Sentry SDK, and the keys they use. */
@ApiTags('errors')
@Roles('ADMIN')
@Controller('errors/projects')
export class ErrorProjectsController {
  constructor(
    private readonly projects: ProjectRegistryService,
    private readonly cursors: CursorCodec,
    private readonly address: PublicAddress,
  ) {}

  @Post()
  @ApiOperation({ operationId: 'createErrorProject', summary: 'Make a project with its first key' })
  @Locates('errors/projects/{id}')
  @ApiResponse({ status: 201, type: ErrorProjectDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 422, 429)
  createErrorProject(
    @Body() body: CreateErrorProjectDto,
    @Req() request: FastifyRequest,
    @AsKeyedRequest() keyed: KeyedRequest,
  ): Promise<ErrorProjectDto> {
    return this.projects.create(keyed, body, (project) => toErrorProjectDto(project, this.address.asSeenBy(request)));
  }

  @Get()
  @ApiOperation({ operationId: 'listErrorProjects', summary: 'Projects in the order they were made' })
  @ApiResponse({ status: 200, type: ErrorProjectPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listErrorProjects(
    @Query() { limit, cursor }: PageQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<ErrorProjectPageDto> {
    const after = (this.cursors.decode(LIST, cursor)?.[0] as number | undefined) ?? 0;
    const rows = await this.projects.list(limit + 1, after);
    const page = pageOf(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
    return { ...page, items: page.items.map((project) => toErrorProjectDto(project, this.address.asSeenBy(request))) };
  }

  @Get(':projectId')
  @ApiOperation({ operationId: 'getErrorProject', summary: 'A project, what it sent and what its senders dropped' })
  @ApiParam(PROJECT_ID)
  @ApiResponse({ status: 200, type: ErrorProjectDetailDto })
  @ApiProblems(401, 403, 404, 429)
  async getErrorProject(
    @Param('projectId') projectId: string,
    @Req() request: FastifyRequest,
  ): Promise<ErrorProjectDetailDto> {
    const project = await this.projects.get(idOf(projectId));
    return toErrorProjectDetailDto(project, this.address.asSeenBy(request), await this.projects.itemsOf(project.id));
  }

  @Delete(':projectId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'deleteErrorProject', summary: 'Remove a project and its keys; its occurrences stay' })
  @ApiParam(PROJECT_ID)
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ApiProblems(401, 403, 404, 429)
  async deleteErrorProject(@Param('projectId') projectId: string): Promise<void> {
    await this.projects.remove(idOf(projectId));
  }

  @Post(':projectId/keys')
  @ApiOperation({ operationId: 'createErrorProjectKey', summary: 'Add a key' })
  @ApiParam(PROJECT_ID)
  @ApiResponse({ status: 201, type: ErrorProjectKeyDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 404, 409, 422, 429)
  createErrorProjectKey(
    @Param('projectId') projectId: string,
    @Req() request: FastifyRequest,
    @AsKeyedRequest() keyed: KeyedRequest,
  ): Promise<ErrorProjectKeyDto> {
    const id = idOf(projectId);
    return this.projects.addKey(keyed, id, (key) => ({ key, dsn: dsnOf(this.address.asSeenBy(request), id, key) }));
  }

  @Get(':projectId/keys')
  @ApiOperation({ operationId: 'listErrorProjectKeys', summary: 'The keys of a project' })
  @ApiParam(PROJECT_ID)
  @ApiResponse({ status: 200, type: ErrorProjectKeysDto })
  @ApiProblems(401, 403, 404, 429)
  async listErrorProjectKeys(
    @Param('projectId') projectId: string,
    @Req() request: FastifyRequest,
  ): Promise<ErrorProjectKeysDto> {
    const { id, keys } = await this.projects.get(idOf(projectId));
    return { items: keys.map((key) => ({ key, dsn: dsnOf(this.address.asSeenBy(request), id, key) })) };
  }

  @Delete(':projectId/keys/:key')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'deleteErrorProjectKey',
    summary: 'Remove a key; other replicas refuse it within five seconds',
  })
  @ApiParam(PROJECT_ID)
  @ApiParam(KEY)
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ApiProblems(401, 403, 404, 429)
  async deleteErrorProjectKey(@Param('projectId') projectId: string, @Param('key') key: string): Promise<void> {
    await this.projects.removeKey(idOf(projectId), key);
  }
}

/** @throws ProjectNotFoundException for what cannot be the id of a project */
function idOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ProjectNotFoundException();
  return Number(text);
}
