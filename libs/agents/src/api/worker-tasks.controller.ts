import { Body, Controller, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, LargeBody, UuidParam } from '#platform/http';
import { CurrentPrincipal, type Principal, RateLimit, Roles } from '#platform/security';
import { WorkerLeases } from '../application/worker-leases.service.js';
import { WorkerOutcomes } from '../application/worker-outcomes.service.js';
import { toLeasedTaskDto } from './dto/leased-task.dto.js';
import {
  CompletedTaskDto,
  CompletedTasksDto,
  CompleteQueryDto,
  CompleteTaskDto,
  CompleteTasksDto,
  FailTaskDto,
  LeaseDto,
  toUsage,
  WorkerEventDto,
} from './dto/worker.dto.js';

/**
 * What workers say of tasks they leased. What does not rest on the task's present lease, held by a worker of the same key, changes
 * nothing: 409 `TASK.LEASE_LOST`, for a task that there never was too.
 */
@ApiTags('workers')
@Roles('API_USER')
@RateLimit('none')
@Controller('tasks')
export class WorkerTasksController {
  constructor(
    private readonly outcomes: WorkerOutcomes,
    private readonly leases: WorkerLeases,
  ) {}

  @Post('complete')
  @LargeBody()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'completeTasks', summary: 'Record the results of several tasks' })
  @ApiResponse({ status: 200, type: CompletedTasksDto })
  @ApiProblems(400, 401, 403, 413, 422)
  async completeTasks(
    @Body() { results }: CompleteTasksDto,
    @CurrentPrincipal() { credential }: Principal,
  ): Promise<CompletedTasksDto> {
    const ids = results.map(({ id }) => id.toLowerCase());
    const verdicts = await this.outcomes.completeAll(
      results.map(({ leaseToken, output, usage }, index) => ({
        id: ids[index] ?? '',
        leaseToken,
        heldBy: credential.id,
        output,
        usage: toUsage(usage),
      })),
    );
    return {
      completed: ids.filter((_, index) => verdicts[index] === 'completed'),
      lost: ids.filter((_, index) => verdicts[index] === 'lost'),
      refused: ids.flatMap((id, index) => {
        const verdict = verdicts[index];
        return typeof verdict === 'object' ? [{ id, ...verdict }] : [];
      }),
    };
  }

  @Post(':id/complete')
  @LargeBody()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'completeTask',
    summary: 'Record the result of a task, and lease the next one if that is asked for',
  })
  @ApiResponse({ status: 200, type: CompletedTaskDto })
  @ApiProblems(400, 401, 403, 404, 409, 413, 422)
  async completeTask(
    @Param('id', UuidParam) id: string,
    @Query() { next }: CompleteQueryDto,
    @Body() { leaseToken, output, usage }: CompleteTaskDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<CompletedTaskDto> {
    const heldBy = principal.credential.id;
    await this.outcomes.complete({ id, leaseToken, heldBy, output, usage: toUsage(usage) });
    const task = next === '1' ? await this.leases.leaseNext(id, principal) : undefined;
    return { next: task ? toLeasedTaskDto(task) : null };
  }

  @Post(':id/fail')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'failTask', summary: 'Say that the attempt failed; it is repeated if that can help' })
  @ApiResponse({ status: 204, description: 'Recorded' })
  @ApiProblems(400, 401, 403, 409, 422)
  async failTask(
    @Param('id', UuidParam) id: string,
    @Body() body: FailTaskDto,
    @CurrentPrincipal() { credential }: Principal,
  ): Promise<void> {
    const { leaseToken, error, retryable, retryAfterMs, usage } = body;
    const failure = { code: error.code ?? 'AGENT.EXECUTION_FAILED', message: error.message };
    const attempt = { failure, retryable: retryable ?? true, retryAfterMs: retryAfterMs ?? undefined };
    const lease = { id, leaseToken, heldBy: credential.id };
    await this.outcomes.fail(lease, { ...attempt, blame: 'agent' }, toUsage(usage));
  }

  @Post(':id/release')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'releaseTask', summary: 'Give a task back unharmed: the attempt does not count' })
  @ApiResponse({ status: 204, description: 'It waits again' })
  @ApiProblems(400, 401, 403, 409, 422)
  async releaseTask(
    @Param('id', UuidParam) id: string,
    @Body() { leaseToken }: LeaseDto,
    @CurrentPrincipal() { credential }: Principal,
  ): Promise<void> {
    await this.outcomes.release({ id, leaseToken, heldBy: credential.id });
  }

  @Post(':id/events')
  @LargeBody()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'addTaskEvent', summary: 'Tell of something that happened during the attempt' })
  @ApiResponse({ status: 204, description: 'Recorded, now or before' })
  @ApiProblems(400, 401, 403, 409, 413, 422)
  async addTaskEvent(
    @Param('id', UuidParam) id: string,
    @Body() body: WorkerEventDto,
    @CurrentPrincipal() { credential }: Principal,
  ): Promise<void> {
    const { leaseToken, seq, type, data } = body;
    await this.outcomes.appendEvent({ id, leaseToken, heldBy: credential.id, seq, type, data: data ?? {} });
  }
}
