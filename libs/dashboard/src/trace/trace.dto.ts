import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import type { Traced } from '#platform/kernel';
import type { Trace } from './trace.service.js';

export const NAMED_KINDS = [
  'transaction',
  'account',
  'task',
  'batch',
  'agent',
  'schedule',
  'worker',
  'group',
  'occurrence',
  'run',
  'project',
  'user',
  'api_key',
  'session',
] as const;

export const TRACED_KINDS = ['audit', 'transaction', 'task', 'task_event', 'occurrence', 'delivery'] as const;

/** Of which unit of work. */
export class CorrelationParamDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f01 */
  @IsString()
  @Length(1, 200)
  correlationId!: string;
}

/** Which id. */
export class IdParamDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  @IsString()
  @Length(1, 200)
  id!: string;
}

/** A thing of some module. */
export class NamedDto {
  @ApiProperty({ enum: NAMED_KINDS, example: 'task' })
  kind!: string;
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example Task of scanner, succeeded */
  title!: string;
}

/** Everything that has an id, as far as the caller may see it. */
export class NamedListDto {
  @ApiProperty({ type: [NamedDto] })
  items!: NamedDto[];
}

/** What something happened to. */
export class TraceSubjectDto {
  /** @example task */
  kind!: string;
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
}

/** Something that happened within a unit of work. */
export class TracedDto {
  /** @example 2026-11-24T12:00:00.000Z */
  at!: string;
  @ApiProperty({ enum: TRACED_KINDS, example: 'task_event' })
  kind!: string;
  /**
   * Of an event of a task, that of the task and its place among its events.
   * @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00:2
   */
  id!: string;
  /** @example "scanner: started" */
  title!: string;
  @ApiProperty({ enum: ['info', 'warning', 'error'], example: 'info' })
  severity!: 'info' | 'warning' | 'error';
  @ApiProperty({ type: TraceSubjectDto, nullable: true })
  subject!: TraceSubjectDto | null;
}

/** What happened within one unit of work, in order of time. */
export class TraceDto {
  @ApiProperty({ type: [TracedDto] })
  items!: TracedDto[];
  /**
   * Whether there are more of some kind than the thousand that are told.
   * @example false
   */
  isCut!: boolean;
}

export function toTraceDto({ items, isCut }: Trace): TraceDto {
  return { items: items.map(toTracedDto), isCut };
}

function toTracedDto({ at, kind, id, title, severity, subject }: Traced): TracedDto {
  return { at: at.toISOString(), kind, id, title, severity, subject: subject ?? null };
}
