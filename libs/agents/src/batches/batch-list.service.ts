import { Injectable } from '@nestjs/common';
import { CursorCodec } from '#platform/http';
import { type Page, pageOf } from '#platform/kernel';
import { type Caller, managedOwner, rolesWithin } from '../tasks/task-access.js';
import { type Batch, BatchRepository } from './batch.repository.js';
import { type BatchStatus, OPERATION_STATES, type OperationState, statusOf } from './batch-status.js';

/** How many operations of a batch are in a state. */
export interface OperationCount {
  readonly state: OperationState;
  readonly count: number;
}

/** A batch among others. */
export interface BatchSummary {
  readonly batchId: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly status: BatchStatus;
  readonly totalOperations: number;
  /** States that occur, in the order of a life. */
  readonly counts: readonly OperationCount[];
}

const LIST = 'batches:id';

/** Batches read at once: each names up to a thousand tasks. */
const READ_AT_ONCE = 10;

/** Operations that a page looks up. Batches of very many make it shorter, so that it takes no longer. */
const MOST_OPERATIONS = 1_000;

/** Lists batches: everybody his own, DEVELOPERs all. */
@Injectable()
export class BatchListService {
  constructor(
    private readonly batches: BatchRepository,
    private readonly cursors: CursorCodec,
  ) {}

  /** Newest first, a page at a time; of each what the caller may see of it. */
  async list(limit: number, cursor: string | undefined, caller: Caller): Promise<Page<BatchSummary>> {
    const [before] = (this.cursors.decode(LIST, cursor) ?? []).map(String);
    const page = await this.read(limit, before, managedOwner(caller));
    const next = pageOf(page.batches, page.size, ({ id }) => this.cursors.encode(LIST, [id]));
    const counts = await this.batches.countStates(next.items, rolesWithin(caller.role));
    return { ...next, items: next.items.flatMap((batch) => toSummary(batch, counts.get(batch.id)) ?? []) };
  }

  /** @returns batches, one more than are shown if there are more, and how many to show */
  private async read(
    limit: number,
    before: string | undefined,
    createdBy: string | undefined,
  ): Promise<{ batches: Batch[]; size: number }> {
    const batches: Batch[] = [];
    let operations = 0;
    for (;;) {
      const some = await this.batches.list(createdBy, batches.at(-1)?.id ?? before, READ_AT_ONCE);
      for (const batch of some) {
        operations += batch.operations.length;
        batches.push(batch);
        const isFull = batches.length > limit || (batches.length > 1 && operations > MOST_OPERATIONS);
        if (isFull) return { batches, size: batches.length - 1 };
      }
      if (some.length < READ_AT_ONCE) return { batches, size: batches.length };
    }
  }
}

/** Nothing when the caller sees nothing of it any more, as agents may ask for higher roles since. */
function toSummary(
  { id: batchId, createdBy, createdAt, operations }: Batch,
  ofTasks: ReadonlyMap<OperationState, number> = new Map(),
): BatchSummary | undefined {
  const refused = operations.filter(({ taskId }) => taskId === null).length;
  const counted = new Map(ofTasks).set('refused', refused);
  const counts = OPERATION_STATES.map((state) => ({ state, count: counted.get(state) ?? 0 })).filter(
    ({ count }) => count > 0,
  );
  if (counts.length === 0) return undefined;
  const totalOperations = counts.reduce((sum, { count }) => sum + count, 0);
  return { batchId, createdBy, createdAt, status: statusOf(counts.map(({ state }) => state)), totalOperations, counts };
}
