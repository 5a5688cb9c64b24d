import { ApiProperty } from '@nestjs/swagger';
import type { RunRecord } from '../../application/run-query.service.js';

/** One life of a process, and what it received. */
export class ErrorRunDto {
  /** @example 20261124_101530_0f6a2c1e */
  runId!: string;
  /** @example 2026-11-24T10:15:30.000Z */
  startedAt!: string;
  @ApiProperty({ type: String, nullable: true, description: 'When it was shut down in order.', example: null })
  completedAt!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'When its files were taken over after a crash.',
    example: null,
  })
  recoveredAt!: string | null;
  /** @example devskyy */
  service!: string;
  /** @example 1.0.0 */
  release!: string;
  /** @example production */
  environment!: string;
  /** @example linux x64 */
  platform!: string;
  /** @example v24.1.0 */
  nodeVersion!: string;
  /** @example 1203 */
  received!: number;
  /** @example 1200 */
  stored!: number;
  /** @example 1 */
  duplicate!: number;
  /** @example 0 */
  quarantined!: number;
  /** @example 2 */
  refused!: number;
}

/** A page of runs. */
export class ErrorRunPageDto {
  @ApiProperty({ type: [ErrorRunDto] })
  items!: ErrorRunDto[];
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

export function toErrorRunDto({ id, ...run }: RunRecord): ErrorRunDto {
  return {
    ...run,
    runId: id,
    startedAt: run.startedAt.toISOString(),
    completedAt: run.completedAt?.toISOString() ?? null,
    recoveredAt: run.recoveredAt?.toISOString() ?? null,
  };
}
