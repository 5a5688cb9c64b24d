import { Body, Controller, Header, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '#platform/http';
import { CurrentPrincipal, type Principal, Public, RateLimit, Roles, SessionOnly } from '#platform/security';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordResetService } from './password-reset.service.js';
import { BrowserSessionPresenter } from '../sessions/browser-session.presenter.js';
import { LoginResultDto } from '../sessions/token-pair.dto.js';
import { ChangePasswordDto, ForgotPasswordDto, ResetPasswordDto } from './password.dto.js';
import { TakesCookieMode } from '../sessions/cookie-mode.decorator.js';
import { answerLogin } from '../sessions/session-answers.dto.js';

/** New passwords for old ones, and for forgotten ones. */
@ApiTags('auth')
@RateLimit('credentials')
@Controller('auth/password')
export class PasswordController {
  constructor(
    private readonly changes: PasswordChangeService,
    private readonly resets: PasswordResetService,
    private readonly browser: BrowserSessionPresenter,
  ) {}

  @Post('change')
  @SessionOnly()
  @Roles('READ_ONLY')
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @TakesCookieMode()
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Choose another password; every session ends, and the caller goes on with the tokens returned',
  })
  @ApiResponse({ status: 200, type: LoginResultDto })
  @ApiProblems(400, 401, 403, 415, 422, 429, 503)
  async changePassword(
    @CurrentPrincipal() principal: Principal,
    @Body() { currentPassword: current, newPassword: next, keys, remember, ...body }: ChangePasswordDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginResultDto> {
    const { inCookies, deviceToken } = this.browser.readMode(request, body);
    const started = await this.changes.change(principal, { current, next, keys }, { deviceToken, remember });
    return answerLogin(started, inCookies, this.browser, reply);
  }

  @Post('forgot')
  @Public()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'forgotPassword',
    summary: 'Mail a link to choose a new password, if there is such an account',
  })
  @ApiResponse({ status: 204, description: 'Noted; the answer is the same whether there is an account or not' })
  @ApiProblems(400, 422, 429)
  async forgotPassword(@Body() { email }: ForgotPasswordDto): Promise<void> {
    await this.resets.request(email);
  }

  @Post('reset')
  @Public()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Choose a password by the token of a mail; every session ends',
  })
  @ApiResponse({ status: 204, description: 'Chosen; log in with it' })
  @ApiProblems(400, 422, 429, 503)
  async resetPassword(@Body() { token, newPassword, keys }: ResetPasswordDto): Promise<void> {
    await this.resets.reset(token, newPassword, keys);
  }
}
