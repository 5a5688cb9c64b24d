import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, readSpan } from '#platform/http';
import { includesRole, pageOf, RoleRequiredException } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { ActivityListQueryDto, ActivityPageDto, toRecordedActivityDto } from './activity.dto.js';
import { ActivityService } from './activity.service.js';

const LIST = 'activities';

/** One record over audit, money, work and failure. */
@ApiTags('dashboard')
@Roles('READ_ONLY')
@Controller('activities')
export class ActivitiesController {
  constructor(
    private readonly activities: ActivityService,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listActivities',
    summary: 'What happened, newest first: in the audit trail, the ledger, the tasks and the errors',
    description:
      'Groups of errors stand where they were last seen. `actor` may be another user for DEVELOPER and above. Each entry names the chain that proves it, which `devskyy verify all` checks.',
  })
  @ApiResponse({ status: 200, type: ActivityPageDto })
  @ApiProblems(400, 401, 403, 422, 429, 503)
  async listActivities(
    @Query() { limit, cursor, since, until, ...filter }: ActivityListQueryDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<ActivityPageDto> {
    // What others have done can only be searched for by those who may know it of all of them.
    const isOfAnother = filter.actor !== undefined && filter.actor !== principal.id;
    if (isOfAnother && !includesRole(principal.role, 'DEVELOPER'))
      throw new RoleRequiredException('Only a DEVELOPER asks what others have done');
    const position = this.cursors.decode(LIST, cursor);
    const after = position && { timestamp: new Date(Number(position[0])), id: String(position[1]) };
    const found = await this.activities.latest(limit + 1, { ...filter, ...readSpan({ since, until }) }, after);
    const page = pageOf(found, limit, ({ timestamp, id }) => this.cursors.encode(LIST, [timestamp.getTime(), id]));
    const items = await this.activities.proven(page.items);
    return { items: items.map((item) => toRecordedActivityDto(item, principal)), nextCursor: page.nextCursor };
  }
}
