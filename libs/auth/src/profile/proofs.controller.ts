import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { CurrentPrincipal, type Principal, Public, RateLimit, Roles, SessionOnly } from '#platform/security';
import { EmailVerificationService } from './email-verification.service.js';
import { ReauthenticationService } from './reauthentication.service.js';
import { ProofDto, ReauthenticateDto, VerifyEmailDto } from './reauthentication.dto.js';

/** Proofs that one is who one says, and that an address is one's own. */
@ApiTags('auth')
@RateLimit('credentials')
@Controller('auth')
export class ProofsController {
  constructor(
    private readonly reauthentication: ReauthenticationService,
    private readonly verification: EmailVerificationService,
  ) {}

  @Post('reauthenticate')
  @Roles('READ_ONLY')
  @SessionOnly()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'reauthenticate',
    summary: 'Prove oneself again by password or code, for delicate changes within ten minutes',
  })
  @ApiResponse({ status: 200, type: ProofDto })
  @ApiProblems(400, 401, 403, 422, 429, 503)
  async reauthenticate(
    @CurrentPrincipal() principal: Principal,
    @Body() { password, code, deviceToken }: ReauthenticateDto,
  ): Promise<ProofDto> {
    const proof = typeof code === 'string' ? { code } : { password: password ?? '' };
    const until = await this.reauthentication.prove(principal, proof, deviceToken);
    return { provenUntil: until.toISOString() };
  }

  @Post('email/verify')
  @Public()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'verifyEmail',
    summary: 'Confirm an e-mail address, or agree to a change of it or refuse it, by the token of a mail',
  })
  @ApiResponse({ status: 204, description: 'Noted; a change of address is made once both addresses have agreed' })
  @ApiProblems(400, 409, 422, 429)
  async verifyEmail(@Body() { token, refuse }: VerifyEmailDto): Promise<void> {
    await this.verification.verify(token, refuse ?? false);
  }
}
