import { Injectable } from '@nestjs/common';
import { Ids } from '#platform/kernel';
import { PostingKeyReusedException, ImportNotFoundException } from '../books/finance.exceptions.js';
import type { Refusal } from '../books/finance.exceptions.js';
import { type Import, ImportRepository, type StoredChunk } from './import.repository.js';
import { type BatchItem, BatchTransactionsService } from '../transactions/batch-transactions.service.js';
import { ItemPostingService } from '../transactions/item-posting.service.js';
import { KeyedRequestService } from '../transactions/keyed-request.service.js';
import type { ItemOutcome, PostingItem } from '../posting/posting-unit.js';
import type { StoredOutcome } from '../posting/stored-verdict.js';

export type { Import } from './import.repository.js';

/** Lines that are posted together. Part of the keys under which they are: never changed. */
export const CHUNK_LINES = 500;

/** Lines of an import as they were read, in the order of the stream. */
export interface ImportChunk {
  /** Number of the first line, from 1. */
  readonly first: number;
  /** Of each line; `undefined` for a blank one, which counts for nothing but its number. */
  readonly items: readonly (BatchItem | undefined)[];
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

/** What an import would come to. */
export interface ImportPreview extends Pick<Import, 'key' | 'posted' | 'rejected' | 'replayed'> {
  /** The first hundred. */
  readonly rejections: readonly LineVerdict[];
}

/** Rejections that a preview names. */
const MAX_NAMED = 100;

/** Chunks that are looked for at a time. */
const MOST_CHUNKS = 1_000;

/**
 * Posts lines of any number, chunk by chunk. Each chunk is posted under a key of its own, so that the same stream, sent again after
 * whatever cut it off, goes on where it stopped: nothing is posted twice.
 */
@Injectable()
export class ImportService {
  constructor(
    private readonly imports: ImportRepository,
    private readonly batches: BatchTransactionsService,
    private readonly posting: ItemPostingService,
    private readonly requests: KeyedRequestService,
    private readonly ids: Ids,
  ) {}

  /**
   * Reads no further ahead than the chunk after those that are being posted: two, so that the second is decided while the first is
   * written. What they came to is noted in their order.
   *
   * @throws PostingKeyReusedException when the key was used for other lines; PostingOverloadedException
   */
  async run(principalId: string, key: string | undefined, chunks: AsyncIterable<ImportChunk>): Promise<Import> {
    const request = this.requests.keyed(principalId, key, 'import', {});
    const known = await this.imports.open(this.ids.next(), principalId, request.key);
    let [lines, from] = [0, known.lines];
    let noted = Promise.resolve();
    let skipped: ImportChunk | undefined;
    for await (const chunk of chunks) {
      lines = chunk.first - 1 + chunk.items.length;
      if (lines <= known.lines) {
        if (lines === known.lines) assertSame(chunk, known);
        continue;
      }
      if (chunk.first <= known.lines) throw conflictAt(known.lines + 1, OR_BEFORE);
      if (known.completedAt) throw conflictAt(chunk.first);
      // Nothing is posted of blank lines alone; that they were dealt with is noted with those behind them.
      skipped = isBlank(chunk) ? chunk : undefined;
      if (skipped) continue;
      const before = noted;
      noted = this.note(known, from, chunk, this.post(known, chunk), before);
      from = lines;
      // Whoever waits for it gets its failure; until then it must not count as unhandled.
      noted.catch(() => undefined);
      await before;
    }
    await noted;
    if (lines < known.lines) throw conflictAt(lines + 1, OR_BEFORE);
    if (skipped) await this.note(known, from, skipped, Promise.resolve([]), noted);
    return this.imports.complete(known.id);
  }

  /**
   * What the lines would come to if they were posted now. Every chunk is tried by itself on the ledger as it is: nobody has to wait for
   * the end of a stream.
   */
  async preview(
    principalId: string,
    key: string | undefined,
    chunks: AsyncIterable<ImportChunk>,
  ): Promise<ImportPreview> {
    const request = this.requests.keyed(principalId, key, 'import', {});
    const [rejections, sums] = [[] as LineVerdict[], { posted: 0, rejected: 0, replayed: 0 }];
    for await (const chunk of chunks) {
      if (isBlank(chunk)) continue;
      const { items } = await this.posting.post({ isAtomic: false, items: this.itemsOf(principalId, chunk) }, true);
      const lines = linesOf(chunk.first, chunk.items.length, blanksIn(chunk));
      items.forEach((outcome, index) => {
        const verdict = verdictOf(outcome, lines[index] ?? 0);
        sums[verdict.status] += 1;
        if (verdict.status === 'rejected' && rejections.length < MAX_NAMED) rejections.push(verdict);
      });
    }
    return { key: request.key, ...sums, rejections };
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
    const found: LineVerdict[] = [];
    // Where there is nothing but blank lines, more chunks are looked for at a time.
    let [first, count] = [after + 1 - (after % CHUNK_LINES), 1];
    while (first <= lines && found.length <= limit) {
      const firsts = Array.from({ length: count }, (_, index) => first + index * CHUNK_LINES);
      const known = await this.imports.chunks(
        principalId,
        firsts.map((number) => keyOf(id, number)),
      );
      for (const number of firsts) {
        const chunk = known.get(keyOf(id, number));
        if (chunk) found.push(...verdictsIn(chunk, number).filter(({ line }) => line > after));
      }
      first += count * CHUNK_LINES;
      count = known.size === 0 ? Math.min(2 * count, MOST_CHUNKS) : 1;
    }
    return found.slice(0, limit + 1);
  }

  private itemsOf(principalId: string, { items }: ImportChunk): PostingItem[] {
    return items.flatMap((item) => (item ? [this.batches.itemOf(principalId, item)] : []));
  }

  private async post({ id, principalId }: Import, chunk: ImportChunk): Promise<readonly ItemOutcome[]> {
    const blanks = blanksIn(chunk);
    const compared = { digest: chunk.digest.toString('hex'), ...(blanks.length > 0 ? { blanks } : {}) };
    const request = this.requests.keyed(principalId, keyOf(id, chunk.first), 'import', compared);
    const unit = { request, isAtomic: false, items: this.itemsOf(principalId, chunk) };
    return (await this.posting.post(unit)).items;
  }

  /** Notes what a chunk came to, after the chunk before it. @param from lines that are noted before it */
  private async note(
    { id }: Import,
    from: number,
    chunk: ImportChunk,
    posting: Promise<readonly ItemOutcome[]>,
    before: Promise<unknown>,
  ): Promise<void> {
    const [outcomes] = await Promise.all([posting, before]);
    const { first, items, digest } = chunk;
    const lines = linesOf(first, items.length, blanksIn(chunk));
    const rejections = outcomes.flatMap((outcome, index) =>
      'refusal' in outcome ? [{ line: lines[index] ?? 0, refusal: outcome.refusal }] : [],
    );
    const replayed = outcomes.filter(isReplay).length;
    const posted = outcomes.length - rejections.length - replayed;
    const to = first - 1 + items.length;
    await this.imports.advance(id, { from, to, posted, replayed, rejections, digest });
  }
}

/** Blank lines of a chunk, counted from its first, which is 0. */
function blanksIn({ items }: ImportChunk): number[] {
  return items.flatMap((item, index) => (item === undefined ? [index] : []));
}

/** Numbers of the lines that are not blank. */
function linesOf(first: number, count: number, blanks: readonly number[]): number[] {
  const passedOver = new Set(blanks);
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => !passedOver.has(index))
    .map((index) => first + index);
}

function keyOf(importId: string, firstLine: number): string {
  return `import:${importId}:${firstLine}`;
}

function isReplay(outcome: ItemOutcome): boolean {
  return !('refusal' in outcome) && outcome.isReplay === true;
}

function isBlank({ items }: ImportChunk): boolean {
  return items.every((item) => item === undefined);
}

function assertSame({ digest }: ImportChunk, known: Import): void {
  if (!known.digest?.equals(digest)) throw conflictAt(known.lines, OR_BEFORE);
}

/** Only the digest of all lines up to a place is known: where in there the streams differ is not. */
const OR_BEFORE = 'or before';

function conflictAt(line: number, more = ''): PostingKeyReusedException {
  return new PostingKeyReusedException([`line ${line} ${more}`.trim()]);
}

function verdictsIn({ answer, blanks }: StoredChunk, first: number): LineVerdict[] {
  const numbers = linesOf(first, CHUNK_LINES, blanks);
  const { items } = answer as { items: StoredOutcome[] };
  return items.map((outcome, index) => verdictOf(outcome, numbers[index] ?? 0));
}

function verdictOf(outcome: StoredOutcome, line: number): LineVerdict {
  if ('refusal' in outcome) return { line, status: 'rejected', error: outcome.refusal };
  const transactionId = 'recorded' in outcome ? outcome.recorded.id : outcome.answer.transaction.id;
  return { line, status: outcome.isReplay ? 'replayed' : 'posted', transactionId };
}
