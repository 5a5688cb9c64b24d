import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, PageQueryDto, ReadsExactNumbers, Locates } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { pageOf } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { AccountAdministrationService } from './account-administration.service.js';
import { AccountService } from './account.service.js';
import { StatementService } from './statement.service.js';
import {
  AccountDto,
  AccountPageDto,
  AccountQueryDto,
  BalanceDto,
  BalanceQueryDto,
  CreateAccountDto,
  EntryPageDto,
  StatementDto,
  StatementQueryDto,
  toAccountDto,
  toBalanceDto,
  toEntryDto,
  toStatementDto,
  UpdateAccountDto,
} from './account.dto.js';
import { WriteQueryDto } from '../transactions/journal.dto.js';
import type { WriteReply } from '../transactions/transaction-write.decorator.js';

const ACCOUNTS = 'finance:accounts';

/** Where money is kept track of. */
@ApiTags('finance')
@Controller('finance/accounts')
export class AccountsController {
  constructor(
    private readonly accounts: AccountService,
    private readonly administration: AccountAdministrationService,
    private readonly statements: StatementService,
    private readonly cursors: CursorCodec,
  ) {}

  @Post()
  @ReadsExactNumbers()
  @Roles('ADMIN')
  @ApiOperation({ operationId: 'createAccount', summary: 'Make an account' })
  @Locates('finance/accounts/{code}')
  @ApiResponse({ status: 201, type: AccountDto })
  @ApiResponse({ status: 200, type: AccountDto, description: 'What a dry run would have come to' })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 422, 429)
  async createAccount(
    @Body() body: CreateAccountDto,
    @Query() { dryRun }: WriteQueryDto,
    @AsKeyedRequest() request: KeyedRequest,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<AccountDto> {
    const isDryRun = dryRun === 'true';
    if (isDryRun) reply.status(200);
    return this.administration.create(isDryRun ? 'dry run' : request, body, toAccountDto);
  }

  @Patch(':code')
  @Roles('ADMIN')
  @ApiOperation({
    operationId: 'updateAccount',
    summary: 'Rename, close or reopen an account',
    description: 'Closed, nothing is posted to it any more. Only an account that is worth nothing can be closed.',
  })
  @ApiResponse({ status: 200, type: AccountDto })
  @ApiProblems(400, 401, 403, 404, 409, 415, 422, 429)
  async updateAccount(
    @CurrentPrincipal() { id: principalId }: Principal,
    @Param('code') code: string,
    @Body() body: UpdateAccountDto,
    @Query() { dryRun }: WriteQueryDto,
  ): Promise<AccountDto> {
    return toAccountDto(await this.administration.update(code, body, principalId, dryRun === 'true'));
  }

  @Get()
  @Roles('API_USER')
  @ApiOperation({ operationId: 'listAccounts', summary: 'Accounts with their balances, by code' })
  @ApiResponse({ status: 200, type: AccountPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listAccounts(@Query() { limit, cursor, closed, ...filter }: AccountQueryDto): Promise<AccountPageDto> {
    const position = this.cursors.decode(ACCOUNTS, cursor);
    const isClosed = closed === undefined ? undefined : closed === 'true';
    const found = await this.accounts.list(limit, { ...filter, isClosed }, position && String(position[0]));
    const page = pageOf(found, limit, ({ code }) => this.cursors.encode(ACCOUNTS, [code]));
    return { items: page.items.map(toAccountDto), nextCursor: page.nextCursor };
  }

  @Get(':code')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'getAccount', summary: 'One account with its balance' })
  @ApiResponse({ status: 200, type: AccountDto })
  @ApiProblems(401, 403, 404, 429)
  async getAccount(@Param('code') code: string): Promise<AccountDto> {
    return toAccountDto(await this.accounts.get(code));
  }

  @Get(':code/entries')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'listEntries', summary: 'The account’s entries, latest first' })
  @ApiResponse({ status: 200, type: EntryPageDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async listEntries(@Param('code') code: string, @Query() { limit, cursor }: PageQueryDto): Promise<EntryPageDto> {
    const list = `finance:entries:${code}`;
    const position = this.cursors.decode(list, cursor);
    const { account, entries } = await this.accounts.entries(code, limit, position && BigInt(position[0] ?? 0));
    const page = pageOf(entries, limit, ({ version }) => this.cursors.encode(list, [version.toString()]));
    return { items: page.items.map((entry) => toEntryDto(account, entry)), nextCursor: page.nextCursor };
  }

  @Get(':code/balance')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'getBalance', summary: 'The balance as of two times' })
  @ApiResponse({ status: 200, type: BalanceDto })
  @ApiProblems(401, 403, 404, 422, 429)
  async getBalance(
    @Param('code') code: string,
    @Query() { effectiveAt, knownAt }: BalanceQueryDto,
  ): Promise<BalanceDto> {
    return toBalanceDto(await this.accounts.balance(code, effectiveAt, knownAt));
  }

  @Get(':code/statement')
  @Roles('API_USER')
  @ApiOperation({
    operationId: 'getStatement',
    summary: 'What the account did on some days, earliest first, with opening and closing balance',
  })
  @ApiResponse({ status: 200, type: StatementDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async getStatement(@Param('code') code: string, @Query() query: StatementQueryDto): Promise<StatementDto> {
    const { limit, cursor, basis = 'effective', period, from, to } = query;
    const list = `finance:statement:${code}:${basis}:${period ?? ''}:${from ?? ''}:${to ?? ''}`;
    const position = this.cursors.decode(list, cursor);
    const after = position && {
      effectiveAt: String(position[0]),
      version: String(position[1]),
      net: BigInt(position[2] ?? 0),
    };
    const statement = await this.statements.statement(code, { basis, period, from, to, limit, after });
    const { items, nextCursor } = pageOf(statement.entries, limit, ({ effectiveAt, version, netAfter }) =>
      this.cursors.encode(list, [effectiveAt.toISOString(), version.toString(), netAfter.toString()]),
    );
    return toStatementDto({ ...statement, entries: items }, nextCursor);
  }
}
