import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, UuidParamPipe } from '#platform/http';
import { CurrentPrincipal, type Principal, RecentProof, Roles, SessionOnly } from '#platform/security';
import { InvitationService } from './invitation.service.js';
import { SecondFactorResetService } from '../second-factor/second-factor-reset.service.js';
import { UserAccessService } from './user-access.service.js';
import { ApiKeyListDto, toApiKeyDto } from '../api-keys/api-key.dto.js';
import { SessionListDto, toSessionDto } from '../standing/session.dto.js';
import { RevokeSessionsDto } from './user-administration.dto.js';

/** How users of a lower rank come in. */
@ApiTags('users')
@Roles('ADMIN')
@Controller('users/:id')
export class UserAccessController {
  constructor(
    private readonly access: UserAccessService,
    private readonly secondFactor: SecondFactorResetService,
    private readonly invitations: InvitationService,
  ) {}

  @Post('unlock')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'unlockUser', summary: 'Lift the lock of an account before its time' })
  @ApiResponse({ status: 204, description: 'Not locked any more' })
  @ApiProblems(400, 401, 403, 404, 429)
  async unlockUser(@CurrentPrincipal() principal: Principal, @Param('id', UuidParamPipe) id: string): Promise<void> {
    await this.access.unlock(principal, id);
  }

  @Get('sessions')
  @ApiOperation({ operationId: 'listUserSessions', summary: 'Where a user is logged in' })
  @ApiResponse({ status: 200, type: SessionListDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async listUserSessions(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
  ): Promise<SessionListDto> {
    const sessions = await this.access.listSessions(principal, id);
    const items = sessions.map((session) => toSessionDto(session, principal.credential.id));
    return { items, nextCursor: null };
  }

  @Post('sessions/revoke')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'revokeUserSessions', summary: 'End every session and API key of a user, at once' })
  @ApiBody({ type: RevokeSessionsDto, required: false })
  @ApiResponse({ status: 204, description: 'Ended' })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async revokeUserSessions(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() { keys }: RevokeSessionsDto,
  ): Promise<void> {
    await this.access.revokeSessions(principal, id, keys ?? true);
  }

  @Delete('sessions/:sessionId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'revokeUserSession', summary: 'End one session of a user, at once' })
  @ApiResponse({ status: 204, description: 'Ended' })
  @ApiProblems(400, 401, 403, 404, 429)
  async revokeUserSession(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Param('sessionId', UuidParamPipe) sessionId: string,
  ): Promise<void> {
    await this.access.revokeSession(principal, id, sessionId);
  }

  @Get('api-keys')
  @ApiOperation({ operationId: 'listUserApiKeys', summary: 'The API keys of a user' })
  @ApiResponse({ status: 200, type: ApiKeyListDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async listUserApiKeys(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
  ): Promise<ApiKeyListDto> {
    return { items: (await this.access.listKeys(principal, id)).map(toApiKeyDto) };
  }

  @Delete('api-keys/:keyId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'revokeUserApiKey', summary: 'Revoke a key of a user and all that it made, at once' })
  @ApiResponse({ status: 204, description: 'Revoked' })
  @ApiProblems(400, 401, 403, 404, 429)
  async revokeUserApiKey(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Param('keyId', UuidParamPipe) keyId: string,
  ): Promise<void> {
    await this.access.revokeKey(principal, id, keyId);
  }

  @Post('mfa/reset')
  @SessionOnly()
  @RecentProof()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'resetUserSecondFactor',
    summary: 'Take the second factor off the account of somebody who lost it; his sessions end and he is told by mail',
  })
  @ApiResponse({ status: 204, description: 'Taken off' })
  @ApiProblems(400, 401, 403, 404, 409, 429)
  async resetUserSecondFactor(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
  ): Promise<void> {
    await this.secondFactor.reset(principal, id);
  }

  @Post('invite')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'inviteUser', summary: 'Mail the invitation again to a user without a password' })
  @ApiResponse({ status: 204, description: 'Mailed, unless the mailbox had its share' })
  @ApiProblems(400, 401, 403, 404, 409, 429)
  async inviteUser(@CurrentPrincipal() principal: Principal, @Param('id', UuidParamPipe) id: string): Promise<void> {
    await this.invitations.invite(principal, id);
  }
}
