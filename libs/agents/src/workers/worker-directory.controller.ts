import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, UuidParamPipe } from '#platform/http';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import {
  BusyWorkerDto,
  KnownWorkerPageDto,
  toBusyWorkerDto,
  toKnownWorkerDto,
  WorkerQueryDto,
} from './worker-directory.dto.js';
import { WorkerDirectoryService } from './worker-directory.service.js';

/** Who works, for people who look. */
@ApiTags('workers')
@Roles('API_USER')
@Controller('workers')
export class WorkerDirectoryController {
  constructor(private readonly directory: WorkerDirectoryService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWorkers',
    summary: 'Workers, newest first: your own, as a DEVELOPER all',
    description:
      'A worker registers each time it starts, so that one program may be here several times; those that are gone go in the end.',
  })
  @ApiResponse({ status: 200, type: KnownWorkerPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listWorkers(
    @Query() { limit, cursor, isAlive }: WorkerQueryDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<KnownWorkerPageDto> {
    const alive = isAlive === undefined ? undefined : isAlive === 'true';
    const { items, nextCursor } = await this.directory.list(alive, limit, cursor, principal);
    return { items: items.map(toKnownWorkerDto), nextCursor };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWorker', summary: 'One worker, with the tasks that it has leases on' })
  @ApiResponse({ status: 200, type: BusyWorkerDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async getWorker(
    @Param('id', UuidParamPipe) id: string,
    @CurrentPrincipal() principal: Principal,
  ): Promise<BusyWorkerDto> {
    return toBusyWorkerDto(await this.directory.get(id, principal));
  }
}
