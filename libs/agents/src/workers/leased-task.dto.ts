import { ApiProperty } from '@nestjs/swagger';
import type { LeasedTask } from './worker-lease.service.js';
import type { JsonObject } from '../tasks/task.js';

/** A task that was leased. */
export class LeasedTaskDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** Proves the lease; needed for everything that is said of the task. */
  leaseToken!: string;
  /** @example financial */
  agent!: string;
  /** @example 1 */
  attempt!: number;
  taskDescription?: string;
  /** The parameters of the task. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  input!: JsonObject;
  /** When the attempt's time is over, by the service's clock. */
  deadlineAt!: string;
  /** Milliseconds from the lease until then. */
  timeoutMs!: number;
  /** W3C Trace Context of the request that queued the task. */
  traceparent?: string;
}

/** Tasks that were leased. */
export class LeasedTasksDto {
  @ApiProperty({ type: [LeasedTaskDto] })
  tasks!: LeasedTaskDto[];
}

export function toLeasedTaskDto(task: LeasedTask): LeasedTaskDto {
  return {
    id: task.id,
    leaseToken: task.leaseToken,
    agent: task.agent,
    attempt: task.attempt,
    ...(task.taskDescription !== null && { taskDescription: task.taskDescription }),
    input: task.parameters,
    deadlineAt: task.deadlineAt?.toISOString() ?? '',
    timeoutMs: Math.round(task.timeoutMs),
    ...(task.traceparent !== null && { traceparent: task.traceparent }),
  };
}
