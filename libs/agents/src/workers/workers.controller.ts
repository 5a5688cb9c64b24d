import { Body, Controller, HttpCode, HttpStatus, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, Locates, ReadsCleanedJson, OwnPace, UuidParamPipe } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { CurrentPrincipal, type Principal, RateLimit, Roles } from '#platform/security';
import { WorkerLeaseService } from './worker-lease.service.js';
import { WorkerRegistryService } from './worker-registry.service.js';
import { LeasedTasksDto, toLeasedTaskDto } from './leased-task.dto.js';
import { HeartbeatDto, HeartbeatResultDto, LeaseTasksDto } from './lease.dto.js';
import { toUsage } from './usage.dto.js';
import { RegisterWorkerDto, WorkerDto } from './worker.dto.js';

/** Workers in any language: they lease tasks of agents of kind `worker`. Not counted by the general rate limit. */
@ApiTags('workers')
@Roles('API_USER')
@RateLimit('none')
@Controller()
export class WorkersController {
  constructor(
    private readonly registry: WorkerRegistryService,
    private readonly leases: WorkerLeaseService,
  ) {}

  @Post('workers')
  @ApiOperation({ operationId: 'registerWorker', summary: 'Register a worker, once each time it starts' })
  @Locates('workers/{workerId}')
  @ApiResponse({ status: 201, type: WorkerDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 422)
  registerWorker(
    @Body() { name, agents = [], slots = 1, runtime }: RegisterWorkerDto,
    @CurrentPrincipal() principal: Principal,
    // A worker is one of the key that registered it.
    @AsKeyedRequest('credential') request: KeyedRequest,
  ): Promise<WorkerDto> {
    const registration = { name, agents, slots, runtime };
    const heartbeatMs = Math.round((this.leases.leaseSeconds * 1000) / 3);
    return this.registry.register(request, registration, principal, ({ id }) => ({ workerId: id, heartbeatMs }));
  }

  @Post('workers/:id/heartbeat')
  @ReadsCleanedJson()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'sendHeartbeat', summary: 'Extend all leases of a worker, and learn what to stop' })
  @ApiResponse({ status: 200, type: HeartbeatResultDto })
  @ApiProblems(400, 401, 403, 404, 413, 422)
  async sendHeartbeat(
    @Param('id', UuidParamPipe) id: string,
    @Body() { leases, leaseMs }: HeartbeatDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<HeartbeatResultDto> {
    const reports = leases.map((lease) => ({
      id: lease.id.toLowerCase(),
      leaseToken: lease.leaseToken,
      heldBy: principal.credential.id,
      progress: lease.progress ?? undefined,
      usage: lease.usage ? toUsage(lease.usage) : undefined,
    }));
    const { extended, lost, cancel } = await this.leases.heartbeat(id, reports, secondsOf(leaseMs), principal);
    return { extended: [...extended], lost: [...lost], cancel: [...cancel] };
  }

  @Post('leases')
  @HttpCode(HttpStatus.OK)
  @OwnPace()
  @ApiOperation({
    operationId: 'leaseTasks',
    summary: 'Lease tasks, waiting for them if need be',
    description: 'Leases end unless a heartbeat extends them; the tasks then run elsewhere.',
  })
  @ApiResponse({ status: 200, type: LeasedTasksDto })
  @ApiResponse({ status: 204, description: 'There is nothing to do' })
  @ApiProblems(400, 401, 403, 404, 422)
  async leaseTasks(
    @Body() { workerId, agents, max, leaseMs, waitMs }: LeaseTasksDto,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LeasedTasksDto | undefined> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const tasks = await this.leases.lease(
      {
        workerId: workerId.toLowerCase(),
        agents: agents ?? [],
        max: max ?? 1,
        leaseSeconds: secondsOf(leaseMs),
        waitMs: waitMs ?? 0,
      },
      principal,
      gone.signal,
    );
    if (tasks.length > 0) return { tasks: tasks.map(toLeasedTaskDto) };
    void reply.code(HttpStatus.NO_CONTENT);
    return undefined;
  }
}

function secondsOf(ms: number | null | undefined): number | undefined {
  return ms ? ms / 1000 : undefined;
}
