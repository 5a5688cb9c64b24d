import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { Roles } from '#platform/security';
import { AgentHistoryDto, AgentHistoryQueryDto, toAgentHourDto } from './agent-history.dto.js';
import { AgentHistoryService } from './agent-history.service.js';

/** What agents did. */
@ApiTags('agents')
@Controller('agents')
export class AgentHistoryController {
  constructor(private readonly history: AgentHistoryService) {}

  @Get(':slug/history')
  @Roles('READ_ONLY')
  @ApiOperation({
    operationId: 'getAgentHistory',
    summary: 'What an agent did by the hour: runs, failures, time, tokens, cost',
    description: 'Up to two minutes behind: tasks are counted when they have ended for a minute.',
  })
  @ApiResponse({ status: 200, type: AgentHistoryDto })
  @ApiProblems(401, 403, 404, 422, 429)
  async getAgentHistory(
    @Param('slug') slug: string,
    @Query() { hours }: AgentHistoryQueryDto,
  ): Promise<AgentHistoryDto> {
    return { items: (await this.history.of(slug, hours)).map(toAgentHourDto) };
  }
}
