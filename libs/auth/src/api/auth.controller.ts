import { Body, Controller, Get, HttpCode, HttpStatus, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { CurrentPrincipal, type Principal, Public, RateLimit, Roles } from '#platform/security';
import { LoginService, type TokenPair } from '../application/login.service.js';
import { LogoutService } from '../application/logout.service.js';
import type { Origin } from '../application/audit.service.js';
import { RegistrationService } from '../application/registration.service.js';
import { UserDirectoryService } from '../application/user-directory.service.js';
import {
  LoginDto,
  LoginResultDto,
  LogoutDto,
  RefreshDto,
  RegisterDto,
  TokenPairDto,
  UpdateProfileDto,
} from './dto/auth.dto.js';
import { toUserDto, UserDto } from './dto/user.dto.js';
import { RequestOrigin } from './origin.js';

/** Who one is, and proving it. */
@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly login: LoginService,
    private readonly logout: LogoutService,
    private readonly directory: UserDirectoryService,
  ) {}

  @Post('register')
  @Public()
  @RateLimit('credentials')
  @ApiOperation({ operationId: 'register', summary: 'Make an account of role READ_ONLY' })
  @ApiResponse({ status: 201, type: UserDto })
  @ApiProblems(400, 403, 409, 422, 429, 503)
  async register(@Body() body: RegisterDto, @RequestOrigin() origin: Origin): Promise<UserDto> {
    return toUserDto(await this.registration.register(body, origin));
  }

  @Post('login')
  @Public()
  @RateLimit('credentials')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'logIn', summary: 'Exchange credentials for tokens' })
  @ApiResponse({ status: 200, type: LoginResultDto })
  @ApiProblems(400, 401, 422, 429, 503)
  async logIn(@Body() body: LoginDto, @RequestOrigin() origin: Origin): Promise<LoginResultDto> {
    const { tokens, user } = await this.login.logIn(body.identifier, body.password, origin);
    return { ...toTokenPairDto(tokens), user: toUserDto(user) };
  }

  @Post('refresh')
  @Public()
  @RateLimit('refresh')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'refreshTokens', summary: 'Exchange a refresh token for new tokens' })
  @ApiResponse({ status: 200, type: TokenPairDto })
  @ApiProblems(400, 401, 422, 429, 503)
  async refresh(@Body() body: RefreshDto, @RequestOrigin() origin: Origin): Promise<TokenPairDto> {
    return toTokenPairDto(await this.login.refresh(body.refreshToken, origin));
  }

  @Post('logout')
  @Roles('READ_ONLY')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'logOut', summary: 'End this session, or all of the caller' })
  @ApiBody({ type: LogoutDto, required: false })
  @ApiResponse({ status: 204, description: 'Ended' })
  @ApiProblems(400, 401, 422, 429)
  async logOut(
    @CurrentPrincipal() principal: Principal,
    @Body() body: LogoutDto | undefined,
    @RequestOrigin() origin: Origin,
  ): Promise<void> {
    await this.logout.logOut(principal, body?.everywhere ?? false, origin);
  }

  @Get('me')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'getMe', summary: 'The account of the caller' })
  @ApiResponse({ status: 200, type: UserDto })
  @ApiProblems(401, 429)
  async getMe(@CurrentPrincipal() principal: Principal): Promise<UserDto> {
    return toUserDto(await this.directory.get(principal.id));
  }

  @Patch('me')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'updateMe', summary: 'Change one’s own profile' })
  @ApiResponse({ status: 200, type: UserDto })
  @ApiProblems(400, 401, 422, 429)
  async updateMe(@CurrentPrincipal() principal: Principal, @Body() body: UpdateProfileDto): Promise<UserDto> {
    if (body.fullName === undefined) return this.getMe(principal);
    return toUserDto(await this.directory.rename(principal.id, body.fullName));
  }
}

function toTokenPairDto({ accessToken, refreshToken, expiresInSeconds }: TokenPair): TokenPairDto {
  return { accessToken, refreshToken, tokenType: 'Bearer', expiresIn: expiresInSeconds };
}
