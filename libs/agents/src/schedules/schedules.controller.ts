import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, LargeBody, UuidParamPipe, Locates } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { ScheduleRegistryService } from './schedule-registry.service.js';
import { TaskLookupService } from '../queue/task-lookup.service.js';
import { MAX_TASK_BYTES } from '../queue/execute-agent.dto.js';
import {
  CreateScheduleDto,
  ScheduleDto,
  SchedulePageDto,
  ScheduleQueryDto,
  ScheduleTimesDto,
  ScheduleTimesQueryDto,
  toScheduleChanges,
  toScheduleDefinition,
  toScheduleDto,
  UpdateScheduleDto,
} from './schedule.dto.js';
import { TaskDto, toTaskDto } from '../queue/task.dto.js';

/** Tasks that are queued by the clock. */
@ApiTags('schedules')
@Roles('DEVELOPER')
@Controller('schedules')
export class SchedulesController {
  constructor(
    private readonly schedules: ScheduleRegistryService,
    private readonly tasks: TaskLookupService,
  ) {}

  @Post()
  @LargeBody(MAX_TASK_BYTES)
  @ApiOperation({ operationId: 'createSchedule', summary: 'Queue a task at the times of a cron expression' })
  @Locates('schedules/{id}')
  @ApiResponse({ status: 201, type: ScheduleDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 404, 409, 413, 422, 429)
  createSchedule(
    @Body() body: CreateScheduleDto,
    @CurrentPrincipal() principal: Principal,
    @AsKeyedRequest() request: KeyedRequest,
  ): Promise<ScheduleDto> {
    return this.schedules.create(request, toScheduleDefinition(body), principal, toScheduleDto);
  }

  @Get()
  @ApiOperation({ operationId: 'listSchedules', summary: 'Find schedules, newest first' })
  @ApiResponse({ status: 200, type: SchedulePageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listSchedules(@Query() { limit, cursor, agent, ownerId }: ScheduleQueryDto): Promise<SchedulePageDto> {
    const { items, nextCursor } = await this.schedules.list({ agent, ownerId }, limit, cursor);
    return { items: items.map(toScheduleDto), nextCursor };
  }

  @Get('times')
  @ApiOperation({
    operationId: 'previewScheduleTimes',
    summary: 'The next times of a cron expression in a time zone, before there is a schedule',
  })
  @ApiResponse({ status: 200, type: ScheduleTimesDto })
  @ApiProblems(401, 403, 422, 429)
  async previewScheduleTimes(@Query() { cron, timeZone, count }: ScheduleTimesQueryDto): Promise<ScheduleTimesDto> {
    const times = await this.schedules.times(cron, timeZone, count);
    return { times: times.map((time) => time.toISOString()) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getSchedule', summary: 'One schedule' })
  @ApiResponse({ status: 200, type: ScheduleDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async getSchedule(@Param('id', UuidParamPipe) id: string): Promise<ScheduleDto> {
    return toScheduleDto(await this.schedules.get(id));
  }

  @Patch(':id')
  @LargeBody(MAX_TASK_BYTES)
  @ApiOperation({ operationId: 'updateSchedule', summary: 'Change a schedule; what is left out stays' })
  @ApiResponse({ status: 200, type: ScheduleDto })
  @ApiProblems(400, 401, 403, 404, 409, 413, 422, 429)
  async updateSchedule(
    @Param('id', UuidParamPipe) id: string,
    @Body() body: UpdateScheduleDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ScheduleDto> {
    return toScheduleDto(await this.schedules.change(id, toScheduleChanges(body), principal));
  }

  @Post(':id/run')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    operationId: 'runSchedule',
    summary: 'Queue the task of a schedule now, as your own',
    description: 'Whatever became of the one before; the times of the schedule stay as they are.',
  })
  @Locates('tasks/{id}')
  @ApiResponse({ status: 202, type: TaskDto, description: 'The task is queued' })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429)
  async runSchedule(
    @Param('id', UuidParamPipe) id: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TaskDto> {
    const taskId = await this.schedules.run(id, principal);
    return toTaskDto(await this.tasks.get(taskId, principal));
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'deleteSchedule', summary: 'Remove a schedule; its tasks stay' })
  @ApiResponse({ status: 204, description: 'Removed' })
  @ApiProblems(400, 401, 403, 404, 429)
  async deleteSchedule(
    @Param('id', UuidParamPipe) id: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<void> {
    await this.schedules.remove(id, principal);
  }
}
