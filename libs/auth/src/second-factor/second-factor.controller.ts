import { Body, Controller, Delete, Header, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { CurrentPrincipal, type Principal, RateLimit, RecentProof, Roles, SessionOnly } from '#platform/security';
import { SecondFactorEnrolmentService } from './second-factor-enrolment.service.js';
import { ConfirmTotpDto, RecoveryCodesDto, RemoveTotpDto, TotpProposalDto } from './second-factor.dto.js';

/** An authenticator app as second factor (RFC 6238). */
@ApiTags('auth')
@Roles('READ_ONLY')
@SessionOnly()
@RateLimit('credentials')
@Controller('auth/mfa/totp')
export class SecondFactorController {
  constructor(private readonly enrolment: SecondFactorEnrolmentService) {}

  @Post()
  @RecentProof()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'enrolTotp',
    summary: 'Make a secret for an authenticator app; it is in force once confirmed',
  })
  @ApiResponse({ status: 201, type: TotpProposalDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 422, 429)
  enrolTotp(
    @CurrentPrincipal() principal: Principal,
    @AsKeyedRequest('credential') request: KeyedRequest,
  ): Promise<TotpProposalDto> {
    return this.enrolment.propose(request, principal);
  }

  @Post('confirm')
  @RecentProof()
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'confirmTotp', summary: 'Show a code of the app; recovery codes are returned once' })
  @ApiResponse({ status: 200, type: RecoveryCodesDto })
  @ApiProblems(400, 401, 403, 409, 422, 429)
  async confirmTotp(
    @CurrentPrincipal() principal: Principal,
    @Body() { code }: ConfirmTotpDto,
  ): Promise<RecoveryCodesDto> {
    return { recoveryCodes: await this.enrolment.confirm(principal, code) };
  }

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'removeTotp', summary: 'Take the authenticator off; needs the password' })
  @ApiResponse({ status: 204, description: 'Removed' })
  @ApiProblems(400, 401, 403, 409, 422, 429, 503)
  async removeTotp(
    @CurrentPrincipal() principal: Principal,
    @Body() { password, deviceToken }: RemoveTotpDto,
  ): Promise<void> {
    await this.enrolment.remove(principal, password, deviceToken);
  }
}
