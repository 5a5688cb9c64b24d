import { Body, Controller, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { toTaskSummaryDto } from '../queue/task.dto.js';
import { BulkCancellationService } from './bulk-cancellation.service.js';
import { CancelledTasksDto, CancelTasksDto, toCancelledTasksDto, toCancelRequest } from './cancel-tasks.dto.js';
import { TaskCountQueryDto, TaskCountsDto, TaskPageDto, TaskQueryDto, toTaskSearch } from './task-search.dto.js';
import { TaskSearchService } from './task-search.service.js';

/** Many tasks at a time. */
@ApiTags('tasks')
@Controller('tasks')
export class TaskSearchController {
  constructor(
    private readonly search: TaskSearchService,
    private readonly cancellation: BulkCancellationService,
  ) {}

  @Get()
  @Roles('API_USER')
  @ApiOperation({
    operationId: 'listTasks',
    summary: 'Find tasks that you may see, newest first',
    description:
      'Without their parameters and outputs: read a task for them. With `text` a page may have fewer tasks than `limit`, or none, and yet a ' +
      '`nextCursor`: what many descriptions have, but few of those that are asked for, is looked for a thousand at a time.',
  })
  @ApiResponse({ status: 200, type: TaskPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listTasks(
    @Query() { limit, cursor, text, ...query }: TaskQueryDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TaskPageDto> {
    const { items, nextCursor } = await this.search.list(toTaskSearch(query), text, limit, cursor, principal);
    return { items: items.map(toTaskSummaryDto), nextCursor };
  }

  @Get('counts')
  @Roles('API_USER')
  @ApiOperation({
    operationId: 'countTasks',
    summary: 'How many tasks that you may see are in each state',
    description:
      'By the filters of the list; up to 1,000 of each state, so that it takes no longer where there are more.',
  })
  @ApiResponse({ status: 200, type: TaskCountsDto })
  @ApiProblems(401, 403, 422, 429)
  async countTasks(
    @Query() query: TaskCountQueryDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TaskCountsDto> {
    return { items: [...(await this.search.count(toTaskSearch(query), principal))] };
  }

  @Post('cancel')
  @Roles('API_USER')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'cancelTasks',
    summary: 'Stop many tasks, each as its maker or a DEVELOPER may; or say what would become of them',
    description:
      'Names them by `ids`, or finds open ones, the newest first. Each is cancelled as if it were the only one; one that may not be keeps no ' +
      'other from it. Asking again by the same ids changes nothing and is answered alike.',
  })
  @ApiResponse({ status: 200, type: CancelledTasksDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async cancelTasks(
    @Body() body: CancelTasksDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<CancelledTasksDto> {
    return toCancelledTasksDto(await this.cancellation.cancel(toCancelRequest(body), principal));
  }
}
