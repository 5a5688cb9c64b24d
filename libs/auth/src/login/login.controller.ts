import { Body, Controller, Header, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { CurrentPrincipal, Door, type Principal, Public, RateLimit, Roles, SessionOnly } from '#platform/security';
import { LoginService } from './login.service.js';
import { LogoutService } from '../standing/logout.service.js';
import { REGISTRATION, RegistrationService } from './registration.service.js';
import { TokenPairService } from '../sessions/token-pair.service.js';
import { RefreshTokenInvalidException } from '../identities/auth.exceptions.js';
import { BrowserSessionPresenter } from '../sessions/browser-session.presenter.js';
import { TakesCookieMode, TakesRefreshCookie } from '../sessions/cookie-mode.decorator.js';
import { LoginDto, LogoutDto, MfaRequiredDto, RefreshDto, RegisterDto, VerifyMfaDto } from './login.dto.js';
import { LoginResultDto, TokenPairDto } from '../sessions/token-pair.dto.js';
import { toUserDto, UserDto } from '../identities/user.dto.js';
import { answerLogin, toTokenPairDto } from '../sessions/session-answers.dto.js';

/**
 * Proving who one is. With `X-Auth-Mode: cookie` the refresh token is kept in a cookie instead of the answer; such requests
 * carry `X-CSRF: 1` and come from a page of the service or an allowed origin.
 */
@ApiTags('auth')
@Controller('auth')
export class LoginController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly login: LoginService,
    private readonly pairs: TokenPairService,
    private readonly logout: LogoutService,
    private readonly browser: BrowserSessionPresenter,
  ) {}

  @Post('register')
  @Public()
  @Door(REGISTRATION)
  @RateLimit('credentials')
  @ApiOperation({ operationId: 'register', summary: 'Make an account of role READ_ONLY' })
  @ApiResponse({ status: 201, type: UserDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 403, 409, 422, 429, 503)
  register(@Body() body: RegisterDto, @AsKeyedRequest() request: KeyedRequest): Promise<UserDto> {
    return this.registration.register(request, body, toUserDto);
  }

  @Post('login')
  @Public()
  @RateLimit('credentials')
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @ApiExtraModels(LoginResultDto, MfaRequiredDto)
  @TakesCookieMode()
  @ApiOperation({
    operationId: 'logIn',
    summary: 'Exchange credentials for tokens, or for the question for a second factor',
  })
  @ApiResponse({
    status: 200,
    schema: { oneOf: [{ $ref: getSchemaPath(LoginResultDto) }, { $ref: getSchemaPath(MfaRequiredDto) }] },
  })
  @ApiProblems(400, 401, 403, 415, 422, 429, 503)
  async logIn(
    @Body() { identifier, password, remember, ...body }: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginResultDto | MfaRequiredDto> {
    const { inCookies, deviceToken } = this.browser.readMode(request, body);
    const outcome = await this.login.logIn(identifier, password, { deviceToken, remember });
    if ('mfaToken' in outcome) return { mfaRequired: true, mfaToken: outcome.mfaToken };
    return answerLogin(outcome, inCookies, this.browser, reply);
  }

  @Post('mfa/verify')
  @Public()
  @RateLimit('credentials')
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @TakesCookieMode()
  @ApiOperation({
    operationId: 'verifyMfa',
    summary: 'Complete a login with a code of the authenticator or a recovery code',
  })
  @ApiResponse({ status: 200, type: LoginResultDto })
  @ApiProblems(400, 401, 403, 415, 422, 429, 503)
  async verifyMfa(
    @Body() { mfaToken, code, remember, ...body }: VerifyMfaDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginResultDto> {
    const { inCookies, deviceToken } = this.browser.readMode(request, body);
    const started = await this.login.completeLogin(mfaToken, code, { deviceToken, remember });
    return answerLogin(started, inCookies, this.browser, reply);
  }

  @Post('refresh')
  @Public()
  @RateLimit('refresh')
  @HttpCode(HttpStatus.OK)
  @Header('Cache-Control', 'no-store')
  @TakesCookieMode()
  @TakesRefreshCookie()
  @ApiOperation({ operationId: 'refreshTokens', summary: 'Exchange a refresh token for new tokens' })
  @ApiBody({ type: RefreshDto, required: false })
  @ApiResponse({ status: 200, type: TokenPairDto })
  @ApiProblems(400, 401, 403, 415, 422, 429, 503)
  async refresh(
    @Body() body: RefreshDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokenPairDto> {
    const { inCookies, refreshToken } = this.browser.read(request, body);
    if (refreshToken === undefined) throw new RefreshTokenInvalidException();
    const pair = await this.pairs.refresh(refreshToken);
    if (inCookies) this.browser.write(reply, pair);
    return toTokenPairDto(pair, inCookies);
  }

  @Post('logout')
  @SessionOnly()
  @Roles('READ_ONLY')
  @HttpCode(HttpStatus.NO_CONTENT)
  @TakesCookieMode()
  @ApiOperation({ operationId: 'logOut', summary: 'End this session, or all of the caller' })
  @ApiBody({ type: LogoutDto, required: false })
  @ApiResponse({ status: 204, description: 'Ended' })
  @ApiProblems(400, 401, 403, 415, 422, 429)
  async logOut(
    @CurrentPrincipal() principal: Principal,
    @Body() body: LogoutDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { inCookies } = this.browser.readMode(request);
    await this.logout.logOut(principal, body.everywhere ?? false);
    if (inCookies) this.browser.clear(reply);
  }
}
