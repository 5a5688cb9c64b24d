import { ApiProperty } from '@nestjs/swagger';
import type { BatchSummary } from './batch-list.service.js';
import { BATCH_STATUSES, type BatchStatus, OPERATION_STATES, type OperationState } from './batch-status.js';

/** How many operations of a batch are in a state. */
export class OperationCountDto {
  @ApiProperty({ enum: OPERATION_STATES, example: 'succeeded' })
  state!: OperationState;
  /** @example 12 */
  count!: number;
}

/** A batch among others. */
export class TaskBatchSummaryDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  batchId!: string;
  /** `running` until every operation has ended; then by how many succeeded: all, none or some. */
  @ApiProperty({ enum: BATCH_STATUSES, example: 'succeeded' })
  status!: BatchStatus;
  /** @example 12 */
  totalOperations!: number;
  /** States that occur. */
  @ApiProperty({ type: [OperationCountDto] })
  counts!: OperationCountDto[];
  /** Id of the user who asked for it. */
  createdBy!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
}

/** A page of batches, newest first. */
export class TaskBatchPageDto {
  @ApiProperty({ type: [TaskBatchSummaryDto] })
  items!: TaskBatchSummaryDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toTaskBatchSummaryDto({ createdAt, counts, ...batch }: BatchSummary): TaskBatchSummaryDto {
  return { ...batch, counts: counts.map((count) => ({ ...count })), createdAt: createdAt.toISOString() };
}
