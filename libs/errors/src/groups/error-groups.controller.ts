import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, UuidParamPipe } from '#platform/http';
import { pageOf } from '#platform/kernel';
import { CurrentPrincipal, includesRole, type Principal, Roles } from '#platform/security';
import type { ErrorGroup, GroupSort } from './error-group.js';
import { GroupQueryService } from './group-query.service.js';
import { ErrorGroupDto, ErrorGroupPageDto, ErrorGroupQueryDto, toErrorGroupDto } from './error-group.dto.js';
import {
  ErrorOccurrenceDto,
  ErrorOccurrencePageDto,
  ErrorOccurrenceQueryDto,
  toErrorOccurrenceDto,
} from './error-occurrence.dto.js';
import { EventIdPipe } from './event-id.pipe.js';

/** Finding and understanding what went wrong. */
@ApiTags('errors')
@Controller('errors')
export class ErrorGroupsController {
  constructor(
    private readonly groups: GroupQueryService,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'listErrorGroups', summary: 'Groups of errors' })
  @ApiResponse({ status: 200, type: ErrorGroupPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listErrorGroups(@Query() query: ErrorGroupQueryDto): Promise<ErrorGroupPageDto> {
    const { limit, cursor, sort, since, ...filter } = query;
    const list = `errors.groups.${sort}`;
    const after = this.cursors.decode(list, cursor) as [string | number, string] | undefined;
    const narrowed = { ...filter, since: since === undefined ? undefined : new Date(since) };
    const rows = await this.groups.list(narrowed, sort, limit + 1, after);
    const page = pageOf(rows, limit, (last) => this.cursors.encode(list, [sortValue(last, sort), last.id]));
    return { ...page, items: page.items.map(toErrorGroupDto) };
  }

  @Get('occurrences/:errorId')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'getErrorOccurrence', summary: 'One recorded failure; context for DEVELOPER and above' })
  @ApiResponse({ status: 200, type: ErrorOccurrenceDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async getErrorOccurrence(
    @Param('errorId', EventIdPipe) errorId: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ErrorOccurrenceDto> {
    return toErrorOccurrenceDto(await this.groups.occurrence(errorId), isDeveloper(principal));
  }

  @Get(':groupId')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'getErrorGroup', summary: 'One group, and why its occurrences are in it' })
  @ApiResponse({ status: 200, type: ErrorGroupDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async getErrorGroup(@Param('groupId', UuidParamPipe) groupId: string): Promise<ErrorGroupDto> {
    return toErrorGroupDto(await this.groups.get(groupId));
  }

  @Get(':groupId/occurrences')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'listErrorOccurrences', summary: 'The failures of a group, newest first' })
  @ApiResponse({ status: 200, type: ErrorOccurrencePageDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async listErrorOccurrences(
    @Param('groupId', UuidParamPipe) groupId: string,
    @Query() { limit, cursor, correlationId }: ErrorOccurrenceQueryDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ErrorOccurrencePageDto> {
    const list = `errors.occurrences.${groupId}`;
    const after = this.cursors.decode(list, cursor) as [string, string] | undefined;
    const rows = await this.groups.occurrencesOf(groupId, limit + 1, after, correlationId);
    const page = pageOf(rows, limit, ({ timestamp, errorId }) => this.cursors.encode(list, [timestamp, errorId]));
    return { ...page, items: page.items.map((item) => toErrorOccurrenceDto(item, isDeveloper(principal))) };
  }
}

function isDeveloper(principal: Principal): boolean {
  return includesRole(principal.role, 'DEVELOPER');
}

function sortValue(group: ErrorGroup, sort: GroupSort): string | number {
  const value = group[sort];
  return value instanceof Date ? value.toISOString() : value;
}
