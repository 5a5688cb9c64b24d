import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, OwnPace, readSpan } from '#platform/http';
import { pageOf } from '#platform/kernel';
import { Roles } from '#platform/security';
import { AuditReadService } from './audit-read.service.js';
import { AuditEventPageDto, AuditQueryDto, AuditVerificationDto, toAuditEventDto } from './audit-event.dto.js';

const LIST = 'audit:sequence';

/** Who did what, when and from where. */
@ApiTags('audit')
@Roles('ADMIN')
@Controller('audit-events')
export class AuditEventsController {
  constructor(
    private readonly audit: AuditReadService,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listAuditEvents', summary: 'The audit trail, newest first' })
  @ApiResponse({ status: 200, type: AuditEventPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listAuditEvents(
    @Query() { limit, cursor, since, until, ...filter }: AuditQueryDto,
  ): Promise<AuditEventPageDto> {
    const position = this.cursors.decode(LIST, cursor);
    const rows = await this.audit.list(
      { ...filter, ...readSpan({ since, until }) },
      limit,
      position && Number(position[0]),
    );
    const page = pageOf(rows, limit, ({ sequence }) => this.cursors.encode(LIST, [sequence]));
    return { items: page.items.map(toAuditEventDto), nextCursor: page.nextCursor };
  }

  @Get('verify')
  @OwnPace()
  @ApiOperation({
    operationId: 'verifyAuditEvents',
    summary: 'Compute the hash chain again; names the first event that was changed',
  })
  @ApiResponse({ status: 200, type: AuditVerificationDto })
  @ApiProblems(401, 403, 429)
  async verifyAuditEvents(): Promise<AuditVerificationDto> {
    const { isIntact, checked, head, firstBroken } = await this.audit.verify();
    return { valid: isIntact, checked, head, firstBroken: firstBroken ?? null };
  }
}
