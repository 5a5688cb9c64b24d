import { Body, Controller, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, ReadsCleanedJson, UuidParamPipe } from '#platform/http';
import { isUuid } from '#platform/kernel';
import { CurrentPrincipal, type Principal, RateLimit, Roles } from '#platform/security';
import { WorkerLeaseService } from './worker-lease.service.js';
import { type Success, WorkerOutcomeService } from './worker-outcome.service.js';
import { LeaseDto } from './lease.dto.js';
import { toLeasedTaskDto } from './leased-task.dto.js';
import {
  CompletedTaskDto,
  CompletedTasksDto,
  CompleteQueryDto,
  CompleteTaskDto,
  CompleteTasksDto,
  type TaskResultDto,
  FailTaskDto,
  WorkerEventDto,
} from './task-result.dto.js';
import { toUsage } from './usage.dto.js';
import { TaskResultValidator } from './task-result.validator.js';

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
    private readonly reader: TaskResultValidator,
    private readonly outcomes: WorkerOutcomeService,
    private readonly leases: WorkerLeaseService,
  ) {}

  @Post('complete')
  @ReadsCleanedJson()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'completeTasks', summary: 'Record the results of several tasks' })
  @ApiResponse({ status: 200, type: CompletedTasksDto })
  @ApiProblems(400, 401, 403, 413, 422)
  async completeTasks(
    @Body() { results }: CompleteTasksDto,
    @CurrentPrincipal() { credential }: Principal,
  ): Promise<CompletedTasksDto> {
    const read = await Promise.all(results.map((result) => this.reader.read(result)));
    const successes = read.flatMap((one) => ('result' in one ? [toSuccess(one.result, credential.id)] : []));
    const verdicts = await this.outcomes.completeAll(successes);
    const answer: CompletedTasksDto = { completed: [], lost: [], refused: [] };
    for (const [index, one] of read.entries()) {
      const verdict = 'refusal' in one ? one.refusal : (verdicts.shift() ?? 'lost');
      const id = idOf(results[index]);
      if (typeof verdict === 'object') answer.refused.push({ index, id, ...verdict });
      else answer[verdict].push(id);
    }
    return answer;
  }

  @Post(':id/complete')
  @ReadsCleanedJson()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'completeTask',
    summary: 'Record the result of a task, and lease the next one if that is asked for',
  })
  @ApiResponse({ status: 200, type: CompletedTaskDto })
  @ApiProblems(400, 401, 403, 404, 409, 413, 422)
  async completeTask(
    @Param('id', UuidParamPipe) id: string,
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
  @ReadsCleanedJson()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'failTask', summary: 'Say that the attempt failed; it is repeated if that can help' })
  @ApiResponse({ status: 204, description: 'Recorded' })
  @ApiProblems(400, 401, 403, 409, 422)
  async failTask(
    @Param('id', UuidParamPipe) id: string,
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
    @Param('id', UuidParamPipe) id: string,
    @Body() { leaseToken }: LeaseDto,
    @CurrentPrincipal() { credential }: Principal,
  ): Promise<void> {
    await this.outcomes.release({ id, leaseToken, heldBy: credential.id });
  }

  @Post(':id/events')
  @ReadsCleanedJson()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'addTaskEvent', summary: 'Tell of something that happened during the attempt' })
  @ApiResponse({ status: 204, description: 'Recorded, now or before' })
  @ApiProblems(400, 401, 403, 409, 413, 422)
  async addTaskEvent(
    @Param('id', UuidParamPipe) id: string,
    @Body() body: WorkerEventDto,
    @CurrentPrincipal() { credential }: Principal,
  ): Promise<void> {
    const { leaseToken, seq, type, data } = body;
    await this.outcomes.appendEvent({ id, leaseToken, heldBy: credential.id, seq, type, data: data ?? {} });
  }
}

function toSuccess({ id, leaseToken, output, usage }: TaskResultDto, heldBy: string): Success {
  return { id: id.toLowerCase(), leaseToken, heldBy, output, usage: toUsage(usage) };
}

/** The task that a result names, whether it can be read or not; empty when that is no id. */
function idOf(result: object | undefined): string {
  const id = result && 'id' in result ? result.id : undefined;
  return typeof id === 'string' && isUuid(id) ? id.toLowerCase() : '';
}
