import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, OwnPace, UuidParamPipe } from '#platform/http';
import { Roles } from '#platform/security';
import { ReceiptService } from './receipt.service.js';
import { VerificationService } from './verification.service.js';
import { IntegrityReportDto, ReceiptDto } from './integrity.dto.js';

/** Proof that the ledger is what it was. */
@ApiTags('finance')
@Controller('finance')
export class IntegrityController {
  constructor(
    private readonly verification: VerificationService,
    private readonly receipts: ReceiptService,
  ) {}

  @Get('verify')
  @Roles('ADMIN')
  @OwnPace()
  @ApiOperation({
    operationId: 'verifyLedger',
    summary: 'Work the whole ledger out again from its blocks, and compare',
    description: 'Takes about a minute for a million transactions; the answer is of the moment it began.',
  })
  @ApiResponse({ status: 200, type: IntegrityReportDto })
  @ApiProblems(401, 403, 429)
  verifyLedger(): Promise<IntegrityReportDto> {
    return this.verification.verify();
  }

  @Get('transactions/:id/receipt')
  @Roles('ADMIN')
  @ApiOperation({ operationId: 'getReceipt', summary: 'Signed proof that a transaction is in the ledger' })
  @ApiResponse({ status: 200, type: ReceiptDto })
  @ApiProblems(400, 401, 403, 404, 429)
  getReceipt(@Param('id', UuidParamPipe) id: string): Promise<ReceiptDto> {
    return this.receipts.receipt(id);
  }
}
