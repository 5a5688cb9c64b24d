import { ApiProperty } from '@nestjs/swagger';
import { SEVERITIES, type Severity } from '#platform/kernel';
import type { GroupInRuns, RunDiff } from './run-diff.service.js';
import type { RunRecord } from './run-query.service.js';

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
  /**
   * Accepted and on disk, not yet in the database. `received` is the sum of it and the others.
   * @example 0
   */
  backlog!: number;
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

/** A group and how often it was seen in two runs. */
export class GroupInRunsDto {
  /** @example 01980f5e-7c1a-7d3e-9a51-0242ac120002 */
  id!: string;
  /** @example PaymentDeclinedError: The card was declined by the issuer */
  title!: string;
  /** @example charge (src/payments.ts) */
  culprit!: string;
  @ApiProperty({ enum: SEVERITIES })
  severity!: Severity;
  /** @example shop */
  service!: string;
  /** @example 2026-11-23T08:00:00.000Z */
  firstSeen!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'When it last came back after it was resolved.',
    example: null,
  })
  regressedAt!: string | null;
  /**
   * Occurrences in the earlier run.
   * @example 0
   */
  before!: number;
  /**
   * Occurrences in the later run.
   * @example 17
   */
  after!: number;
}

/** What changed from one run to a later one. */
export class ErrorRunDiffDto {
  @ApiProperty({ type: [GroupInRunsDto], description: 'Never seen before the later run.' })
  new!: GroupInRunsDto[];
  @ApiProperty({ type: [GroupInRunsDto], description: 'Not seen in the later run any more.' })
  fixed!: GroupInRunsDto[];
  @ApiProperty({ type: [GroupInRunsDto], description: 'Seen before, not in the earlier run, and now again.' })
  regressed!: GroupInRunsDto[];
  /**
   * Groups seen in both.
   * @example 3
   */
  unchanged!: number;
}

export function toErrorRunDiffDto({ unchanged, ...lists }: RunDiff): ErrorRunDiffDto {
  const shown = (groups: readonly GroupInRuns[]): GroupInRunsDto[] =>
    groups.map(({ firstSeen, regressedAt, ...group }) => ({
      ...group,
      firstSeen: firstSeen.toISOString(),
      regressedAt: regressedAt?.toISOString() ?? null,
    }));
  return { new: shown(lists.new), fixed: shown(lists.fixed), regressed: shown(lists.regressed), unchanged };
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
