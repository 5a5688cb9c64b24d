import { Body, Controller, Get, Headers, HttpCode, HttpStatus, Param, Post, Req } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, LargeBody, UuidParamPipe } from '#platform/http';
import { CurrentPrincipal, type Principal, Public, Roles } from '#platform/security';
import { AgentCallbackService } from '../attempts/agent-callback.service.js';
import { TaskApprovalService } from './task-approval.service.js';
import { TaskCancellationService } from './task-cancellation.service.js';
import { TaskExplanationService } from './task-explanation.service.js';
import { TaskLookupService } from './task-lookup.service.js';
import { TaskRedriveService } from './task-redrive.service.js';
import { CallbackSignatureException } from '../tasks/agents.exceptions.js';
import {
  ApproveTaskDto,
  ExplanationDto,
  RedriveDto,
  RedrivenDto,
  RefuseTaskDto,
  toExplanationDto,
} from './task-control.dto.js';
import { AgentCallbackDto, TaskDto, toTaskDto } from './task.dto.js';

/** Tasks: what agents were asked to do, and what came of it. */
@ApiTags('tasks')
@Controller('tasks')
export class TasksController {
  constructor(
    private readonly lookup: TaskLookupService,
    private readonly cancellation: TaskCancellationService,
    private readonly approval: TaskApprovalService,
    private readonly redrive: TaskRedriveService,
    private readonly explanation: TaskExplanationService,
    private readonly callback: AgentCallbackService,
  ) {}

  @Get(':id')
  @Roles('API_USER')
  @ApiOperation({
    operationId: 'getTask',
    summary: 'One task: for its maker, a DEVELOPER, and the worker that holds it',
  })
  @ApiResponse({ status: 200, type: TaskDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async getTask(@Param('id', UuidParamPipe) id: string, @CurrentPrincipal() principal: Principal): Promise<TaskDto> {
    return toTaskDto(await this.lookup.get(id, principal));
  }

  @Post(':id/cancel')
  @Roles('API_USER')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'cancelTask',
    summary: 'Stop a task; its maker or a DEVELOPER',
    description: 'A waiting task is cancelled at once. Of a running one the runner is told: see `cancelRequestedAt`.',
  })
  @ApiResponse({ status: 200, type: TaskDto })
  @ApiProblems(400, 401, 403, 404, 409, 429)
  async cancelTask(@Param('id', UuidParamPipe) id: string, @CurrentPrincipal() principal: Principal): Promise<TaskDto> {
    await this.cancellation.cancel(id, principal);
    return toTaskDto(await this.lookup.get(id, principal));
  }

  @Post(':id/retry')
  @Roles('API_USER')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'retryTask',
    summary: 'Queue a task that failed, died or was cancelled again; its maker or a DEVELOPER',
  })
  @ApiResponse({ status: 200, type: TaskDto })
  @ApiProblems(400, 401, 403, 404, 409, 429)
  async retryTask(@Param('id', UuidParamPipe) id: string, @CurrentPrincipal() principal: Principal): Promise<TaskDto> {
    await this.redrive.retry(id, principal);
    return toTaskDto(await this.lookup.get(id, principal));
  }

  @Post(':id/approve')
  @Roles('API_USER')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'approveTask',
    summary: 'Let a task start that a budget keeps from starting; a DEVELOPER, of his own task an ADMIN',
    description: 'With `AGENTS_APPROVAL=four_eyes` nobody approves a task of his own.',
  })
  @ApiResponse({ status: 200, type: TaskDto })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429)
  async approveTask(
    @Param('id', UuidParamPipe) id: string,
    @Body() { reason }: ApproveTaskDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TaskDto> {
    await this.approval.approve(id, reason, principal);
    return toTaskDto(await this.lookup.get(id, principal));
  }

  @Post(':id/refuse')
  @Roles('API_USER')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'refuseTask',
    summary: 'End a task that waits for approval; whoever may approve it',
    description: 'It is cancelled, with the reason as its `error`. Whoever asked for it may cancel it as well.',
  })
  @ApiResponse({ status: 200, type: TaskDto })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429)
  async refuseTask(
    @Param('id', UuidParamPipe) id: string,
    @Body() { reason }: RefuseTaskDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TaskDto> {
    await this.approval.refuse(id, reason, principal);
    return toTaskDto(await this.lookup.get(id, principal));
  }

  @Get(':id/why')
  @Roles('API_USER')
  @ApiOperation({
    operationId: 'explainTask',
    summary: 'Why a task is where it is: what it waits for, its place, an estimate',
  })
  @ApiResponse({ status: 200, type: ExplanationDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async explainTask(
    @Param('id', UuidParamPipe) id: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ExplanationDto> {
    return toExplanationDto(await this.explanation.explain(id, principal));
  }

  @Post('redrive')
  @Roles('DEVELOPER')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'redriveTasks', summary: 'Queue dead (or failed) tasks again, the oldest first' })
  @ApiResponse({ status: 200, type: RedrivenDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async redriveTasks(@Body() body: RedriveDto, @CurrentPrincipal() principal: Principal): Promise<RedrivenDto> {
    const { agent, state = 'dead', ids, limit = 100, dryRun: isDryRun = false } = body;
    return { redriven: await this.redrive.redrive({ agent, state, ids, limit, isDryRun }, principal) };
  }

  @Post(':id/callback')
  @LargeBody()
  @Public()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'completeTaskByCallback',
    summary: 'For agents that answered 202: end the attempt',
    description: 'Signed like the call to the agent: `X-Webhook-Signature: sha256=<HMAC-SHA-256 of the raw body>`.',
  })
  @ApiHeader({ name: 'X-Webhook-Signature', required: true })
  @ApiResponse({ status: 204, description: 'Recorded' })
  @ApiProblems(400, 401, 409, 422, 429)
  async completeTaskByCallback(
    @Param('id', UuidParamPipe) id: string,
    @Body() body: AgentCallbackDto,
    @Req() request: { rawBody?: string },
    @Headers('x-webhook-signature') signature: string = '',
  ): Promise<void> {
    // The signature covers the body: naming the task there keeps it from being sent for another.
    if (body.taskId.toLowerCase() !== id) throw new CallbackSignatureException();
    const { attempt, status, output, errorCode, errorMessage, retryable } = body;
    await this.callback.accept(id, request.rawBody ?? '', signature, {
      attempt,
      status,
      output,
      error: {
        code: errorCode ?? undefined,
        message: errorMessage ?? 'The agent gave no reason',
        retryable: retryable ?? undefined,
      },
    });
  }
}
