import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, HttpRefusal, IdempotencyKey, ReadsNdjson, UuidParamPipe } from '#platform/http';
import { Clock, FairTurns, Ids, pageOf } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { CHUNK_LINES, type ImportChunk, ImportService } from './import.service.js';
import {
  ImportDto,
  ImportPageDto,
  ImportQueryDto,
  LineQueryDto,
  LineVerdictPageDto,
  toImportDto,
  toLineVerdictDto,
  toPreviewDto,
} from './import.dto.js';
import { WriteQueryDto } from '../transactions/journal.dto.js';
import { TransactionItemValidator } from '../transactions/transaction-item.validator.js';
import { lineChunks } from './line-chunks.js';
import type { WriteReply } from '../transactions/transaction-write.decorator.js';

const LIST = 'finance:imports';

/** Streams of transactions. */
@ApiTags('finance')
@Controller('finance/imports')
export class ImportsController {
  constructor(
    private readonly imports: ImportService,
    private readonly reader: TransactionItemValidator,
    private readonly cursors: CursorCodec,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(200)
  @ReadsNdjson()
  @Roles('ADMIN')
  @ApiOperation({
    operationId: 'importTransactions',
    summary: 'Post a stream of transactions, one a line, each with its own verdict',
    description:
      'A line is what a batch has as an item, and may carry its own `idempotencyKey`. Answers when all lines have their verdict. When the ' +
      'stream breaks off, send the same one again under the same key: lines that have their verdict are passed over. Blank lines are ' +
      'skipped. A dry run tries every 500 lines by themselves on the ledger as it is, and names the first hundred that it would reject.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' })
  @ApiConsumes('application/x-ndjson')
  @ApiBody({ schema: { type: 'string' } })
  @ApiResponse({ status: 200, type: ImportDto })
  @ApiProblems(400, 401, 403, 415, 422, 429, 503)
  async importTransactions(
    @CurrentPrincipal() { id: principalId }: Principal,
    @Req() { body }: { body: unknown },
    @Query() { dryRun }: WriteQueryDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<ImportDto> {
    if (!(body instanceof Readable))
      throw new HttpRefusal('HTTP.UNSUPPORTED_MEDIA_TYPE', 'unsupported_media_type', 'Send application/x-ndjson');
    try {
      if (dryRun === 'true') return await this.preview(principalId, key, this.chunksOf(body), reply);
      const done = await this.imports.run(principalId, key, this.chunksOf(body));
      reply.header('Idempotency-Key', done.key);
      return toImportDto(done);
    } finally {
      // What is left of a refused stream is let pass, so that its sender gets the answer and the connection stays good.
      body.resume();
    }
  }

  @Get()
  @Roles('ADMIN')
  @ApiOperation({ operationId: 'listImports', summary: 'Imports, latest first' })
  @ApiResponse({ status: 200, type: ImportPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listImports(@Query() { limit, cursor, key }: ImportQueryDto): Promise<ImportPageDto> {
    const position = this.cursors.decode(LIST, cursor);
    const found = await this.imports.list(limit, key, position && String(position[0]));
    const { items, nextCursor } = pageOf(found, limit, ({ id }) => this.cursors.encode(LIST, [id]));
    return { items: items.map(toImportDto), nextCursor };
  }

  @Get(':id')
  @Roles('ADMIN')
  @ApiOperation({ operationId: 'getImport', summary: 'How far an import has come' })
  @ApiResponse({ status: 200, type: ImportDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async getImport(@Param('id', UuidParamPipe) id: string): Promise<ImportDto> {
    return toImportDto(await this.imports.get(id));
  }

  @Get(':id/lines')
  @Roles('ADMIN')
  @ApiOperation({ operationId: 'listImportLines', summary: 'What became of each line, or which were rejected and why' })
  @ApiResponse({ status: 200, type: LineVerdictPageDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async listImportLines(
    @Param('id', UuidParamPipe) id: string,
    @Query() { limit, cursor, status }: LineQueryDto,
  ): Promise<LineVerdictPageDto> {
    const list = `${LIST}:${id}:${status ?? ''}`;
    const after = Number(this.cursors.decode(list, cursor)?.[0] ?? 0);
    const found = await (status === undefined
      ? this.imports.verdicts(id, limit, after)
      : this.imports.rejections(id, limit, after));
    const { items, nextCursor } = pageOf(found, limit, ({ line }) => this.cursors.encode(list, [line]));
    return { items: items.map(toLineVerdictDto), nextCursor };
  }

  private async preview(
    principalId: string,
    key: string | undefined,
    chunks: AsyncIterable<ImportChunk>,
    reply: WriteReply,
  ): Promise<ImportDto> {
    const preview = await this.imports.preview(principalId, key, chunks);
    reply.header('Idempotency-Key', preview.key);
    return toPreviewDto(preview, this.ids.next(), this.clock.now());
  }

  private async *chunksOf(stream: Readable): AsyncGenerator<ImportChunk> {
    const turns = new FairTurns();
    for await (const { first, lines, digest } of lineChunks(stream.iterator({ destroyOnReturn: false }), CHUNK_LINES)) {
      // Lines of what has arrived need nothing but computing: others get their turn in between.
      await turns.pause();
      yield { first, items: await this.reader.readLines(lines), digest };
    }
  }
}
