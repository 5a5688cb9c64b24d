import { Injectable, type Type } from '@nestjs/common';
import { createValidationPipe, parseJsonBody } from '#platform/http';
import { AppException } from '#platform/kernel';
import type { BatchItem } from '../application/batch-transactions.service.js';
import { refusalOf, UnreadableLineException } from '../domain/finance.exceptions.js';
import { BatchDto, BusinessItemDto, JournalItemDto } from './dto/batch.dto.js';

/** Checks each of many transactions like the body of a single request, so that a bad one is refused and its neighbours are not. */
@Injectable()
export class ItemReader {
  private readonly pipe = createValidationPipe();

  /** The envelope of a batch; its items are read one by one. @throws ValidationError */
  readBatch(body: unknown): Promise<BatchDto> {
    return this.check(body, BatchDto);
  }

  /** A line of JSON; `undefined` for one that is none. */
  async readLine(line: string | undefined): Promise<BatchItem> {
    try {
      const value = line === undefined ? undefined : parseJsonBody(line);
      if (typeof value !== 'object' || value === null) throw new UnreadableLineException();
      return await this.read(value);
    } catch (error) {
      if (!(error instanceof AppException)) throw error;
      return { refusal: refusalOf(error) };
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
      if (!(error instanceof AppException)) throw error;
      return { refusal: refusalOf(error) };
    }
  }

  private async check<T extends object>(value: unknown, metatype: Type<T>): Promise<T> {
    return (await this.pipe.transform(value, { type: 'body', metatype })) as T;
  }
}
