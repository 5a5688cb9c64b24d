import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, UuidParamPipe, Locates } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { pageOf } from '#platform/kernel';
import { CurrentPrincipal, type Principal, RecentProof, Roles } from '#platform/security';
import { UserAdministrationService } from './user-administration.service.js';
import { UserDeletionService } from './user-deletion.service.js';
import { UserDirectoryService } from './user-directory.service.js';
import { toUserDto, UserDto, UserPageDto } from '../identities/user.dto.js';
import { ChangeUserDto, CreateUserDto, UserQueryDto } from './user-administration.dto.js';

const LIST = 'users:createdAt';

/** Other people's accounts. */
@ApiTags('users')
@Roles('ADMIN')
@Controller('users')
export class UsersController {
  constructor(
    private readonly directory: UserDirectoryService,
    private readonly administration: UserAdministrationService,
    private readonly deletion: UserDeletionService,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listUsers', summary: 'Accounts, newest first, by text, role and state' })
  @ApiResponse({ status: 200, type: UserPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listUsers(@Query() { limit, cursor, isActive, ...filter }: UserQueryDto): Promise<UserPageDto> {
    const position = this.cursors.decode(LIST, cursor);
    const after = position && { createdAt: String(position[0]), id: String(position[1]) };
    const state = isActive === undefined ? {} : { isActive: isActive === 'true' };
    const users = await this.directory.list({ ...filter, ...state }, limit, after);
    const page = pageOf(users, limit, (user) => this.cursors.encode(LIST, [user.createdAt.toISOString(), user.id]));
    return { items: page.items.map(toUserDto), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getUser', summary: 'One account' })
  @ApiResponse({ status: 200, type: UserDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async getUser(@Param('id', UuidParamPipe) id: string): Promise<UserDto> {
    return toUserDto(await this.directory.get(id));
  }

  @Post()
  @ApiOperation({
    operationId: 'createUser',
    summary:
      'Make an account of a role below one’s own, as SUPER_ADMIN of any; without a password its owner is invited by mail',
  })
  @Locates('users/{id}')
  @ApiResponse({ status: 201, type: UserDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 422, 429, 503)
  createUser(
    @CurrentPrincipal() principal: Principal,
    @Body() body: CreateUserDto,
    @AsKeyedRequest() request: KeyedRequest,
  ): Promise<UserDto> {
    return this.administration.create(request, principal, body, toUserDto);
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'changeUser', summary: 'Change role, state or name of an account' })
  @ApiResponse({ status: 200, type: UserDto })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429)
  async changeUser(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() body: ChangeUserDto,
  ): Promise<UserDto> {
    return toUserDto(await this.administration.change(principal, id, { ...body }));
  }

  @Delete(':id')
  @RecentProof()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'deleteUser',
    summary:
      'Delete an account for good: nothing of the person is left but the id; address and user name are free again',
  })
  @ApiResponse({ status: 204, description: 'Deleted; asked again it is not found' })
  @ApiProblems(400, 401, 403, 404, 409, 429)
  async deleteUser(@CurrentPrincipal() principal: Principal, @Param('id', UuidParamPipe) id: string): Promise<void> {
    await this.deletion.delete(principal, id);
  }
}
