import { Injectable } from '@nestjs/common';
import { Ids } from '#platform/kernel';
import { IdempotencyConflictException, ImportNotFoundException } from '../domain/finance.exceptions.js';
import type { Refusal } from '../domain/finance.exceptions.js';
import { type Import, ImportRepository } from '../infrastructure/import.repository.js';
import { type BatchItem, BatchTransactionsService } from './batch-transactions.service.js';
import { KeyedRequestService } from './keyed-request.service.js';
import { PosterService } from './poster.service.js';
import type { ItemOutcome } from './posting-unit.js';
import type { StoredOutcome } from './stored-verdict.js';

export type { Import } from '../infrastructure/import.repository.js';

/** Lines that are posted together. Part of the keys under which they are: never changed. */
export const CHUNK_LINES = 500;

/** Lines of an import as they were read, in the order of the stream. */
export interface ImportChunk {
  /** Number of the first line, from 1. */
  readonly first: number;
  readonly items: readonly BatchItem[];
  /** SHA-256 over all lines up to the last of these. */
  readonly digest: Buffer;
}

/** What became of a line. */
export interface LineVerdict {
  line: number;
  status: 'posted' | 'rejected' | 'replayed';
  transactionId?: string;
  error?: Refusal;
}

/**
 * Posts lines of any number, chunk by chunk. Each chunk is posted under a key of its own, so that the same stream, sent again after
 * whatever cut it off, goes on where it stopped: nothing is posted twice.
 */
@Injectable()
export class ImportService {
  constructor(
    private readonly imports: ImportRepository,
    private readonly batches: BatchTransactionsService,
    private readonly poster: PosterService,
    private readonly requests: KeyedRequestService,
    private readonly ids: Ids,
  ) {}

  /**
   * Reads no further ahead than the chunk after those that are being posted: two, so that the second is decided while the first is
   * written. What they came to is noted in their order.
   *
   * @throws IdempotencyConflictException when the key was used for other lines; PostingOverloadedException
   */
  async run(principalId: string, key: string | undefined, chunks: AsyncIterable<ImportChunk>): Promise<Import> {
    const request = this.requests.keyed(principalId, key, 'import', {});
    const known = await this.imports.open(this.ids.next(), principalId, request.key);
    let lines = 0;
    let noted = Promise.resolve();
    for await (const chunk of chunks) {
      lines = chunk.first - 1 + chunk.items.length;
      if (lines <= known.lines) {
        if (lines === known.lines) assertSame(chunk, known);
        continue;
      }
      if (chunk.first <= known.lines || known.completedAt) throw conflictAt(chunk.first);
      const before = noted;
      noted = this.note(known, chunk, this.post(known, chunk), before);
      // Whoever waits for it gets its failure; until then it must not count as unhandled.
      noted.catch(() => undefined);
      await before;
    }
    await noted;
    if (lines < known.lines) throw conflictAt(lines + 1);
    return this.imports.complete(known.id);
  }

  /** @throws ImportNotFoundException */
  async get(id: string): Promise<Import> {
    const found = await this.imports.find(id);
    if (!found) throw new ImportNotFoundException();
    return found;
  }

  /** Latest first; one more than `limit` when there is a next page. */
  list(limit: number, key?: string, before?: string): Promise<Import[]> {
    return this.imports.list(limit + 1, key, before);
  }

  /** Refused lines after a line; one more than `limit` when there is a next page. @throws ImportNotFoundException */
  async rejections(id: string, limit: number, after: number): Promise<LineVerdict[]> {
    await this.get(id);
    const found = await this.imports.rejections(id, after, limit + 1);
    return found.map(({ line, refusal }) => ({ line, status: 'rejected', error: refusal }));
  }

  /** All lines after a line; one more than `limit` when there is a next page. @throws ImportNotFoundException */
  async verdicts(id: string, limit: number, after: number): Promise<LineVerdict[]> {
    const { principalId, lines } = await this.get(id);
    const [from, to] = [after + 1, Math.min(after + limit + 1, lines)];
    const firsts: number[] = [];
    for (let first = from - ((from - 1) % CHUNK_LINES); first <= to; first += CHUNK_LINES) firsts.push(first);
    const answers = await this.imports.answers(
      principalId,
      firsts.map((first) => keyOf(id, first)),
    );
    return firsts
      .flatMap((first) => {
        const answer = answers.get(keyOf(id, first)) as { items: StoredOutcome[] } | undefined;
        return (answer?.items ?? []).map((outcome, index) => verdictOf(outcome, first + index));
      })
      .filter(({ line }) => line >= from && line <= to);
  }

  private async post(
    { id, principalId }: Import,
    { first, items, digest }: ImportChunk,
  ): Promise<readonly ItemOutcome[]> {
    const request = this.requests.keyed(principalId, keyOf(id, first), 'import', { digest: digest.toString('hex') });
    const unit = { request, isAtomic: false, items: items.map((item) => this.batches.itemOf(principalId, item)) };
    return (await this.poster.postUnit(unit)).items;
  }

  /** Notes what a chunk came to, after the chunk before it. */
  private async note(
    { id }: Import,
    { first, digest }: ImportChunk,
    posting: Promise<readonly ItemOutcome[]>,
    before: Promise<unknown>,
  ): Promise<void> {
    const [outcomes] = await Promise.all([posting, before]);
    const rejections = outcomes.flatMap((outcome, index) =>
      'refusal' in outcome ? [{ line: first + index, refusal: outcome.refusal }] : [],
    );
    const replayed = outcomes.filter(isReplay).length;
    const posted = outcomes.length - rejections.length - replayed;
    const [from, to] = [first - 1, first - 1 + outcomes.length];
    await this.imports.advance(id, { from, to, posted, replayed, rejections, digest });
  }
}

function keyOf(importId: string, firstLine: number): string {
  return `import:${importId}:${firstLine}`;
}

function isReplay(outcome: ItemOutcome): boolean {
  return !('refusal' in outcome) && outcome.isReplay === true;
}

function assertSame({ first, digest }: ImportChunk, known: Import): void {
  if (!known.digest?.equals(digest)) throw conflictAt(first, 'or before');
}

function conflictAt(line: number, more = ''): IdempotencyConflictException {
  return new IdempotencyConflictException([`line ${line} ${more}`.trim()]);
}

function verdictOf(outcome: StoredOutcome, line: number): LineVerdict {
  if ('refusal' in outcome) return { line, status: 'rejected', error: outcome.refusal };
  const transactionId = 'recorded' in outcome ? outcome.recorded.id : outcome.answer.transaction.id;
  return { line, status: outcome.isReplay ? 'replayed' : 'posted', transactionId };
}
