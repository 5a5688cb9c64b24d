import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { Roles } from '#platform/security';
import { CheckpointDto, toCheckpointDto } from './checkpoint.dto.js';
import { CheckpointService } from './checkpoint.service.js';

/** What shows later whether the trail or the ledger was cut off. */
@ApiTags('audit')
@Controller('checkpoints')
export class CheckpointsController {
  constructor(private readonly checkpoints: CheckpointService) {}

  @Get()
  @Roles('ADMIN')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getCheckpoint',
    summary: 'Where the audit trail, the ledger and the removals of tasks end now, signed',
  })
  @ApiResponse({ status: 200, type: CheckpointDto })
  @ApiProblems(401, 403, 429)
  async getCheckpoint(): Promise<CheckpointDto> {
    return toCheckpointDto(await this.checkpoints.issue());
  }
}
