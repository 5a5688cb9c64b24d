import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, PageQueryDto } from '#platform/http';
import { pageOf } from '#platform/kernel';
import { Roles } from '#platform/security';
import { AccountService } from '../application/account.service.js';
import {
  AccountDto,
  AccountPageDto,
  BalanceDto,
  BalanceQueryDto,
  CreateAccountDto,
  EntryPageDto,
  toAccountDto,
  toBalanceDto,
  toEntryDto,
} from './dto/account.dto.js';

const ACCOUNTS = 'finance:accounts';

/** Where money is kept track of. */
@ApiTags('finance')
@Controller('finance/accounts')
export class AccountsController {
  constructor(
    private readonly accounts: AccountService,
    private readonly cursors: CursorCodec,
  ) {}

  @Post()
  @Roles('ADMIN')
  @ApiOperation({ operationId: 'createAccount', summary: 'Make an account' })
  @ApiResponse({ status: 201, type: AccountDto })
  @ApiProblems(400, 401, 403, 409, 422, 429)
  async createAccount(@Body() body: CreateAccountDto): Promise<AccountDto> {
    return toAccountDto(await this.accounts.create(body));
  }

  @Get()
  @Roles('API_USER')
  @ApiOperation({ operationId: 'listAccounts', summary: 'Accounts with their balances, by code' })
  @ApiResponse({ status: 200, type: AccountPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listAccounts(@Query() { limit, cursor }: PageQueryDto): Promise<AccountPageDto> {
    const position = this.cursors.decode(ACCOUNTS, cursor);
    const page = pageOf(await this.accounts.list(limit, position && String(position[0])), limit, ({ code }) =>
      this.cursors.encode(ACCOUNTS, [code]),
    );
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
  @ApiOperation({ operationId: 'listEntries', summary: 'The account’s statement, latest first' })
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
    const time = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));
    return toBalanceDto(await this.accounts.balance(code, time(effectiveAt), time(knownAt)));
  }
}
