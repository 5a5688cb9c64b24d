import { Injectable } from '@nestjs/common';
import { sqlStateOf } from '#platform/database';
import { ItemRefusalService } from './item-refusal.service.js';
import { PostingQueueService } from '../posting/posting-queue.service.js';
import type { PostingItem, PostingUnit, UnitOutcome } from '../posting/posting-unit.js';

/** Posts many so that one of them over which the service or the database fails does not take the others with it. */
@Injectable()
export class ItemPostingService {
  constructor(
    private readonly queue: PostingQueueService,
    private readonly failures: ItemRefusalService,
  ) {}

  /** @throws PostingKeyReusedException, PostingOverloadedException */
  async post(unit: PostingUnit, isDryRun = false): Promise<UnitOutcome> {
    const post = (asked: PostingUnit): Promise<UnitOutcome> =>
      isDryRun ? this.queue.preview(asked) : this.queue.postUnit(asked);
    try {
      return await post(unit);
    } catch (error) {
      if (!isOfItem(error)) throw error;
      const items: PostingItem[] = [];
      for (const item of unit.items) items.push(await this.tried(item));
      return post({ ...unit, items });
    }
  }

  /** The item, or its refusal when it fails by itself too. */
  private async tried(item: PostingItem): Promise<PostingItem> {
    try {
      await this.queue.preview({ items: [item], isAtomic: false });
      return item;
    } catch (error) {
      if (!isOfItem(error)) throw error;
      return { refusal: this.failures.refusalOf(error) };
    }
  }
}

/** Whether a failure comes from a value: one that the database refuses (SQLSTATE 22, 23), or that the service did not expect. */
function isOfItem(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || /^2[23]/.test(sqlStateOf(error) ?? '');
}
