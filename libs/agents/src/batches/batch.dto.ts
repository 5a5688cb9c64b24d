import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import type { BatchResult, OperationResult } from './batch-result.service.js';
import { BATCH_STATUSES, type BatchStatus, OPERATION_STATES, type OperationState } from './batch-status.js';
import type { BatchRequest } from './batch-submission.service.js';
import { JSON_POINTER } from './json-pointer.js';
import { ANY_JSON } from '../tasks/any-json.dto.js';
import { TaskSettingsDto, toTaskRequest } from '../queue/execute-agent.dto.js';
import { TaskErrorDto } from '../queue/task.dto.js';

const MAX_OPERATIONS = 1000;
const REF = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,49}$/;

/** One operation of a batch. */
export class BatchOperationDto extends TaskSettingsDto {
  /** @example scanner */
  @IsString()
  @MinLength(1)
  @MaxLength(50)
  agent!: string;

  /**
   * Name that other operations of the batch may depend on.
   * @example scan
   */
  @IsOptional()
  @IsString()
  @Matches(REF, { message: 'ref must be 1 to 50 letters, digits, _, . and -' })
  ref?: string;

  /**
   * Names of operations, and ids of tasks, that must succeed first.
   * @example ["scan"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  dependsOn?: string[];

  /**
   * JSON Pointers (RFC 6901) of what is wanted of the output; the result holds these alone, by pointer. All of it when left out.
   * @example ["/score"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(500, { each: true })
  @Matches(JSON_POINTER, { each: true, message: 'each value in select must be a JSON Pointer' })
  select?: string[];
}

/** Operations to queue together. */
export class ExecuteBatchDto {
  @ApiProperty({ type: [BatchOperationDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_OPERATIONS)
  @ValidateNested({ each: true })
  @Type(() => BatchOperationDto)
  operations!: BatchOperationDto[];

  /**
   * `false` runs them one after another; the first that does not succeed ends the rest.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  parallel?: boolean;

  /**
   * `true` refuses all when one cannot be queued; otherwise its result says so and the others are queued.
   * @example false
   */
  @IsOptional()
  @IsBoolean()
  atomic?: boolean;
}

/** What became of an operation. */
export class OperationResultDto {
  /** @example 0 */
  index!: number;
  /** @example scanner */
  agent!: string;
  /** Absent when the operation was refused. */
  taskId?: string;
  @ApiProperty({ enum: OPERATION_STATES, example: 'succeeded' })
  state!: OperationState;
  @ApiPropertyOptional({
    ...ANY_JSON,
    description: 'The output, or with `select` what its pointers lead to, by pointer.',
  })
  output?: unknown;
  @ApiPropertyOptional({
    example: true,
    description:
      'The outputs of the operations have more than 8 MB together, and this one is not shown: read its task.',
  })
  isLeftOut?: boolean;
  error?: TaskErrorDto;
}

/** A batch and what became of its operations. */
export class TaskBatchDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  batchId!: string;
  /** `running` until every operation has ended; then by how many succeeded: all, none or some. */
  @ApiProperty({ enum: BATCH_STATUSES, example: 'succeeded' })
  status!: BatchStatus;
  /** @example 1 */
  totalOperations!: number;
  @ApiProperty({ type: [OperationResultDto] })
  results!: OperationResultDto[];
}

export function toBatchRequest({ operations, parallel, atomic }: ExecuteBatchDto): BatchRequest {
  return {
    operations: operations.map(({ agent, ref, select, dependsOn, ...settings }) => ({
      ...toTaskRequest(agent, settings),
      // As they were written: a name is not an id.
      dependsOn: dependsOn ?? undefined,
      ref: ref ?? undefined,
      select: select ?? undefined,
    })),
    parallel: parallel ?? true,
    atomic: atomic ?? false,
  };
}

export function toTaskBatchDto({ batchId, status, results }: BatchResult): TaskBatchDto {
  return { batchId, status, totalOperations: results.length, results: results.map(toResultDto) };
}

function toResultDto({ taskId, error, ...result }: OperationResult): OperationResultDto {
  return { ...result, ...(taskId !== null && { taskId }), ...(error && { error }) };
}
