import { Injectable, type Type } from '@nestjs/common';
import { createValidationPipe, parseJsonBody, withExactNumbers } from '#platform/http';
import type { BatchItem } from './batch-transactions.service.js';
import { ItemRefusalService } from './item-refusal.service.js';
import { UnreadableLineException } from '../books/finance.exceptions.js';
import { BatchDto, BusinessItemDto, JournalItemDto } from './batch.dto.js';

/** Checks each of many transactions like the body of a single request, so that a bad one is refused and its neighbours are not. */
@Injectable()
export class TransactionItemValidator {
  private readonly pipe = createValidationPipe();

  constructor(private readonly failures: ItemRefusalService) {}

  /** The envelope of a batch; its items are read one by one. @throws ValidationException */
  readBatch(body: unknown): Promise<BatchDto> {
    return this.check(body, BatchDto);
  }

  /** Lines, each by itself. Those with nothing in them are nothing, at once. */
  async readLines(lines: readonly (string | undefined)[]): Promise<(BatchItem | undefined)[]> {
    if (lines.every((line) => line === '')) return lines.map(() => undefined);
    return Promise.all(lines.map((line) => this.readLine(line)));
  }

  /** A line of JSON. One that is too long or no UTF-8 is `undefined`; one with nothing in it gives nothing. */
  async readLine(line: string | undefined): Promise<BatchItem | undefined> {
    if (line?.trim() === '') return undefined;
    try {
      const value = line === undefined ? undefined : parseJsonBody(withExactNumbers(line));
      if (typeof value !== 'object' || value === null) throw new UnreadableLineException();
      return await this.read(value);
    } catch (error) {
      return { refusal: this.failures.refusalOf(error) };
    }
  }

  async read(value: object): Promise<BatchItem> {
    try {
      if ('postings' in value) {
        const { idempotencyKey: key, ...journal } = await this.check(value, JournalItemDto);
        return { journal, key };
      }
      const { idempotencyKey: key, ...business } = await this.check(value, BusinessItemDto);
      return { business, key };
    } catch (error) {
      return { refusal: this.failures.refusalOf(error) };
    }
  }

  private async check<T extends object>(value: unknown, metatype: Type<T>): Promise<T> {
    return (await this.pipe.transform(value, { type: 'body', metatype })) as T;
  }
}
