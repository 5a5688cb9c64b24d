import { Injectable, type Type } from '@nestjs/common';
import { createValidationPipe } from '#platform/http';
import { AppException } from '#platform/kernel';
import type { BatchItem } from '../application/batch-transactions.service.js';
import { refusalOf } from '../domain/finance.exceptions.js';
import { BusinessItemDto, JournalItemDto } from './dto/batch.dto.js';

/** Checks each of many transactions like the body of a single request, so that a bad one is refused and its neighbours are not. */
@Injectable()
export class ItemReader {
  private readonly pipe = createValidationPipe();

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

  private async check<T extends object>(value: object, metatype: Type<T>): Promise<T> {
    return (await this.pipe.transform(value, { type: 'body', metatype })) as T;
  }
}
