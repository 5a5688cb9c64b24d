import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, UuidParamPipe } from '#platform/http';
import { CurrentPrincipal, type Principal, Roles, SessionOnly } from '#platform/security';
import { EmailChangeService } from './email-change.service.js';
import { ReauthenticationService } from './reauthentication.service.js';
import { SessionDirectoryService } from '../standing/session-directory.service.js';
import { UserDirectoryService } from '../users/user-directory.service.js';
import { UpdateProfileDto } from './profile.dto.js';
import { SessionListDto, toSessionDto } from '../standing/session.dto.js';
import { toUserDto, UserDto } from '../identities/user.dto.js';

/** One's own account, and where it is logged in. */
@ApiTags('auth')
@Roles('READ_ONLY')
@Controller('auth')
export class ProfileController {
  constructor(
    private readonly directory: UserDirectoryService,
    private readonly sessions: SessionDirectoryService,
    private readonly emailChanges: EmailChangeService,
    private readonly proofs: ReauthenticationService,
  ) {}

  @Get('me')
  @ApiOperation({ operationId: 'getMe', summary: 'The account of the caller' })
  @ApiResponse({ status: 200, type: UserDto })
  @ApiProblems(401, 404, 429)
  async getMe(@CurrentPrincipal() principal: Principal): Promise<UserDto> {
    return toUserDto(await this.directory.get(principal.id));
  }

  @Patch('me')
  @SessionOnly()
  @ApiOperation({
    operationId: 'updateMe',
    summary: 'Change one’s own name, or ask for another e-mail address, which waits for confirmation at both',
  })
  @ApiResponse({ status: 200, type: UserDto })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429)
  async updateMe(@CurrentPrincipal() principal: Principal, @Body() body: UpdateProfileDto): Promise<UserDto> {
    const { email, fullName } = body;
    if (typeof email === 'string') {
      await this.proofs.assertRecent(principal);
      await this.emailChanges.request(principal.id, email);
    }
    if (fullName !== undefined) await this.directory.rename(principal.id, fullName);
    return this.getMe(principal);
  }

  @Get('sessions')
  @SessionOnly()
  @ApiOperation({ operationId: 'listSessions', summary: 'Where the caller is logged in' })
  @ApiResponse({ status: 200, type: SessionListDto })
  @ApiProblems(401, 403, 429)
  async listSessions(@CurrentPrincipal() principal: Principal): Promise<SessionListDto> {
    const sessions = await this.sessions.list(principal);
    return { items: sessions.map((session) => toSessionDto(session, principal.credential.id)), nextCursor: null };
  }

  @Delete('sessions/:id')
  @SessionOnly()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'revokeSession', summary: 'End one of the caller’s sessions, at once' })
  @ApiResponse({ status: 204, description: 'Ended' })
  @ApiProblems(400, 401, 403, 404, 429)
  async revokeSession(@CurrentPrincipal() principal: Principal, @Param('id', UuidParamPipe) id: string): Promise<void> {
    await this.sessions.revoke(principal, id);
  }
}
