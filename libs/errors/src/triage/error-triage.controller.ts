import { Body, Controller, HttpCode, HttpStatus, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, readEnd, RequestExample, UuidParamPipe } from '#platform/http';
import { ValidationException } from '#platform/kernel';
import { Roles } from '#platform/security';
import { GroupMergeService } from './group-merge.service.js';
import type { ErrorGroup } from '../groups/error-group.js';
import { GroupTriageService, type TriageDecision } from './group-triage.service.js';
import { BulkTriageDto, BulkTriageResultDto, TriageGroupDto } from './error-triage.dto.js';
import { ErrorGroupDto, toErrorGroupDto } from '../groups/error-group.dto.js';

const STATUS_AFTER = { resolve: 'resolved', ignore: 'ignored', reopen: 'open', assign: undefined } as const;

/** Deciding what becomes of groups. */
@ApiTags('errors')
@Roles('DEVELOPER')
@Controller('errors')
export class ErrorTriageController {
  constructor(
    private readonly triage: GroupTriageService,
    private readonly merges: GroupMergeService,
  ) {}

  @Post('bulk')
  @HttpCode(HttpStatus.OK)
  @RequestExample({
    ids: ['01980f5e-7c1a-7d3e-9a51-0242ac120002'],
    action: 'resolve',
    inRelease: '2.4.2',
    notes: 'Fixed by retrying',
  })
  @ApiOperation({
    operationId: 'triageErrorGroups',
    summary: 'Resolve, ignore, reopen, assign, merge or unmerge several groups, all or none',
  })
  @ApiResponse({ status: 200, type: BulkTriageResultDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async triageErrorGroups(@Body() body: BulkTriageDto): Promise<BulkTriageResultDto> {
    return { items: (await this.act(body)).map(toErrorGroupDto) };
  }

  @Patch(':groupId')
  @ApiOperation({ operationId: 'triageErrorGroup', summary: 'Resolve, ignore, reopen, assign or annotate a group' })
  @ApiResponse({ status: 200, type: ErrorGroupDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async triageErrorGroup(
    @Param('groupId', UuidParamPipe) groupId: string,
    @Body() { status, ...decision }: TriageGroupDto,
  ): Promise<ErrorGroupDto> {
    return toErrorGroupDto(await this.triage.decide(groupId, { ...toDecision(decision), status: status ?? undefined }));
  }

  private act({ ids, action, into, ...decision }: BulkTriageDto): Promise<ErrorGroup[]> {
    const known = [...new Set(ids.map((id) => id.toLowerCase()))];
    if (action === 'merge') {
      if (!into) throw faultOf('into', 'names the group that takes the others in');
      const target = into.toLowerCase();
      if (known.every((id) => id === target))
        throw faultOf('into', 'names the only group of ids: nothing is merged into itself');
      return this.merges.merge(known, target);
    }
    if (into) throw faultOf('into', 'belongs to the action merge');
    if (action === 'unmerge') return this.merges.unmerge(known);
    if (action === 'assign' && decision.assignee === undefined) throw faultOf('assignee', 'names who, or is null');
    return this.triage.decideAll(known, { ...toDecision(decision), status: STATUS_AFTER[action] });
  }
}

function toDecision({ ignoreUntil, ...decision }: Omit<TriageGroupDto, 'status'>): TriageDecision {
  return { ...decision, ignoreUntil: typeof ignoreUntil === 'string' ? readEnd(ignoreUntil) : ignoreUntil };
}

function faultOf(path: string, message: string): ValidationException {
  return new ValidationException('The request has one fault', {
    details: { errors: [{ path, message: `${path} ${message}`, code: 'action' }] },
  });
}
