import { Body, Controller, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, IdempotencyKey, LargeBody, OwnPace, RequestExample, Locates } from '#platform/http';
import { InvalidInputException } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { TaskSubmissionService } from './task-submission.service.js';
import { TaskLookupService } from './task-lookup.service.js';
import { isFinal } from '../tasks/task-state.js';
import { ExecuteAgentDto, MAX_TASK_BYTES, toTaskRequest, WaitQueryDto } from './execute-agent.dto.js';
import { TaskDto, toTaskDto } from './task.dto.js';

/** Giving agents work. */
@ApiTags('agents')
@Controller('agents')
export class AgentExecutionController {
  constructor(
    private readonly submission: TaskSubmissionService,
    private readonly lookup: TaskLookupService,
  ) {}

  @Post(':slug/execute')
  @LargeBody(MAX_TASK_BYTES)
  @Roles('API_USER')
  @OwnPace()
  @RequestExample({
    taskDescription: 'Look for weaknesses in the configuration.',
    parameters: { seconds: 1 },
    priority: 5,
    timeoutSeconds: 300,
    budget: { maxCost: '0.50', maxTokens: 20_000 },
    idempotencyKey: 'scan-2026-0042',
  })
  @ApiOperation({
    operationId: 'executeAgent',
    summary: 'Give an agent a task; needs the role of the agent',
    description: 'Answers 202 with the task, or with `wait` 200 with the task once it has ended, if it does in time.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Makes repeating the request safe.' })
  @ApiResponse({ status: 200, type: TaskDto, description: 'The task has ended' })
  @Locates('tasks/{id}', [200, 202])
  @ApiResponse({ status: 202, type: TaskDto, description: 'The task is queued' })
  @ApiProblems(400, 401, 403, 404, 409, 413, 422, 429)
  async executeAgent(
    @Param('slug') agent: string,
    @Query() { wait }: WaitQueryDto,
    @Body() { idempotencyKey, ...settings }: ExecuteAgentDto,
    @IdempotencyKey() headerKey: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskDto> {
    const key = oneKey(headerKey, idempotencyKey ?? undefined);
    const { taskId, isReplay } = await this.submission.submit(toTaskRequest(agent, settings), principal, key);
    const task =
      wait > 0 ? await this.lookup.waitFor(taskId, wait, principal) : await this.lookup.get(taskId, principal);
    if (isReplay) void reply.header('Idempotent-Replayed', 'true');
    void reply.code(wait > 0 && isFinal(task.state) ? HttpStatus.OK : HttpStatus.ACCEPTED);
    return toTaskDto(task);
  }
}

function oneKey(header: string | undefined, body: string | undefined): string | undefined {
  if (header !== undefined && body !== undefined && header !== body) {
    throw new InvalidInputException('The header Idempotency-Key and idempotencyKey in the body differ');
  }
  return header ?? body;
}
