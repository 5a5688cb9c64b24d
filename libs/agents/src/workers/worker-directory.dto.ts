import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQueryDto } from '#platform/http';
import { HELD_STATES } from '../tasks/task-state.js';
import type { KnownWorker } from './known-worker.js';
import type { BusyWorker } from './worker-directory.service.js';

const WORDS = ['true', 'false'] as const;

/** Which workers to list. */
export class WorkerQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    enum: WORDS,
    description: 'Whether they were heard of within the last minute: a worker that waits for tasks asks more often.',
  })
  @IsOptional()
  @IsIn(WORDS)
  isAlive?: (typeof WORDS)[number];
}

/** A program that leases tasks. */
export class KnownWorkerDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example invoices-1 */
  name!: string;
  /**
   * What it runs on, by its own word.
   * @example python 3.12
   */
  runtime?: string;
  /**
   * Slugs of the agents it works for; none is all that its key may lease.
   * @example ["financial"]
   */
  agents!: string[];
  /**
   * Tasks it can run at the same time, by its own word.
   * @example 4
   */
  slots!: number;
  /**
   * Tasks it has leases on.
   * @example 1
   */
  held!: number;
  /** The user whose session or key registered it. */
  ownerId!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  registeredAt!: string;
  /** Within ten seconds, while it is busy. */
  @ApiProperty({ example: '2026-11-24T12:00:00.000Z' })
  lastSeenAt!: string;
}

/** A page of workers, by registration, newest first. */
export class KnownWorkerPageDto {
  @ApiProperty({ type: [KnownWorkerDto] })
  items!: KnownWorkerDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** A task that a worker has a lease on. */
export class HeldTaskDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example financial */
  agent!: string;
  @ApiProperty({ enum: HELD_STATES, example: 'running' })
  state!: string;
  startedAt?: string;
  /** When it runs elsewhere, unless the worker is heard of before. */
  leaseExpiresAt?: string;
}

/** A worker with its tasks. */
export class BusyWorkerDto extends KnownWorkerDto {
  /** Those that you may see, among the oldest hundred. */
  @ApiProperty({ type: [HeldTaskDto] })
  tasks!: HeldTaskDto[];
}

export function toKnownWorkerDto(worker: KnownWorker): KnownWorkerDto {
  const { id, name, runtime, agents, slots, held, ownerId, registeredAt, lastSeenAt } = worker;
  return {
    id,
    name,
    runtime: runtime ?? undefined,
    agents: [...agents],
    slots,
    held,
    ownerId,
    registeredAt: registeredAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
  };
}

export function toBusyWorkerDto({ tasks, ...worker }: BusyWorker): BusyWorkerDto {
  return {
    ...toKnownWorkerDto(worker),
    tasks: tasks.map(({ id, agent, state, startedAt, leaseExpiresAt }) => ({
      id,
      agent,
      state,
      startedAt: startedAt?.toISOString(),
      leaseExpiresAt: leaseExpiresAt?.toISOString(),
    })),
  };
}
