import { Injectable } from '@nestjs/common';
import { textPieces } from '#platform/kernel';
import { toArtifactEntry } from './artifact-entry.js';
import { RunNotFoundException } from '../occurrences/errors.exceptions.js';
import { OccurrenceRepository, type RecordedOccurrence } from '../occurrences/occurrence.repository.js';
import { type RunRecord, RunRepository } from './run.repository.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { LedgerTallyService } from '../write-ahead/ledger-tally.service.js';

export type { RunRecord } from './run.repository.js';

const CHUNK = 200;
const RULE = '='.repeat(80);

interface Sums {
  total: number;
  resolved: number;
  bySeverity: Record<string, number>;
  byCategory: Record<string, number>;
}

/** Runs, and their artifact and report with what is known now: resolutions made since are in them. */
@Injectable()
export class RunQueryService {
  constructor(
    private readonly runs: RunRepository,
    private readonly occurrences: OccurrenceRepository,
    private readonly run: CurrentRunService,
    private readonly tally: LedgerTallyService,
  ) {}

  async list(limit: number, before: string | undefined): Promise<RunRecord[]> {
    return (await this.runs.list(limit, before)).map((run) => this.counted(run));
  }

  /** @throws RunNotFoundException */
  async get(runId: string): Promise<RunRecord> {
    const run = await this.runs.find(runId);
    if (!run) throw new RunNotFoundException();
    return this.counted(run);
  }

  /** The run of this process with all its counts of one moment; the database hears of them at different times. */
  private counted(run: RunRecord): RunRecord {
    return run.id === this.run.runId ? { ...run, ...this.tally.conservation } : run;
  }

  /** The artifact's JSON, piece by piece, whatever its size. */
  async *artifact(run: RunRecord): AsyncGenerator<string> {
    const sums: Sums = { total: 0, resolved: 0, bySeverity: {}, byCategory: {} };
    yield `{"metadata":${JSON.stringify(metadataOf(run))},"errors":[`;
    yield* textPieces(this.chunks(run.id), (occurrence) => {
      const text = `${sums.total === 0 ? '' : ','}\n${JSON.stringify(entryOf(occurrence))}`;
      add(sums, occurrence);
      return text;
    });
    const { received, stored, duplicate, quarantined, backlog, refused } = run;
    const statistics = {
      total_errors: sums.total,
      by_severity: sums.bySeverity,
      by_category: sums.byCategory,
      resolved_count: sums.resolved,
      conservation: { received, stored, duplicate, quarantined, backlog, refused },
    };
    yield `\n],"statistics":${JSON.stringify(statistics)}}\n`;
  }

  /** The text report of the ledger's format: the sums first, then every error. */
  async *report(run: RunRecord): AsyncGenerator<string> {
    const sums: Sums = { total: 0, resolved: 0, bySeverity: {}, byCategory: {} };
    for await (const chunk of this.chunks(run.id)) for (const occurrence of chunk) add(sums, occurrence);
    yield [
      RULE,
      'ERROR LEDGER REPORT',
      RULE,
      `Run ID: ${run.id}`,
      `Started: ${run.startedAt.toISOString()}`,
      `Environment: ${run.environment}`,
      '',
      'STATISTICS',
      RULE,
      `Total Errors: ${sums.total}`,
      `Resolved: ${sums.resolved}`,
      `Unresolved: ${sums.total - sums.resolved}`,
      '',
      'By Severity:',
      ...Object.entries(sums.bySeverity).map(([severity, count]) => `  ${severity.toUpperCase()}: ${count}`),
      '',
      'By Category:',
      ...Object.entries(sums.byCategory).map(([category, count]) => `  ${category}: ${count}`),
      '',
      'ERROR DETAILS',
      RULE,
      '',
    ].join('\n');
    yield* textPieces(this.chunks(run.id), detailOf);
  }

  private async *chunks(runId: string): AsyncGenerator<RecordedOccurrence[]> {
    for (let after = 0; ;) {
      const chunk = await this.occurrences.listOfRun(runId, after, CHUNK);
      const last = chunk.at(-1);
      if (!last) return;
      yield chunk;
      after = last.sequence;
    }
  }
}

function metadataOf(run: RunRecord): Record<string, unknown> {
  return {
    run_id: run.id,
    started_at: run.startedAt.toISOString(),
    platform: run.platform,
    node_version: run.nodeVersion,
    environment: run.environment,
    service: run.service,
    release: run.release,
    ...(run.completedAt ? { completed_at: run.completedAt.toISOString() } : {}),
    ...(run.recoveredAt ? { recovered_at: run.recoveredAt.toISOString() } : {}),
  };
}

function entryOf(occurrence: RecordedOccurrence): Record<string, unknown> {
  const entry = toArtifactEntry(occurrence, occurrence.resolved ? occurrence.resolutionNotes : undefined);
  return { ...entry, group_id: occurrence.groupId };
}

function add(sums: Sums, { severity, category, resolved }: RecordedOccurrence): void {
  sums.total++;
  if (resolved) sums.resolved++;
  sums.bySeverity[severity] = (sums.bySeverity[severity] ?? 0) + 1;
  sums.byCategory[category] = (sums.byCategory[category] ?? 0) + 1;
}

function detailOf(occurrence: RecordedOccurrence): string {
  const { errorId, timestamp, severity, category, errorType, errorMessage, resolved, resolutionNotes } = occurrence;
  const { sourceFile, sourceLine } = occurrence;
  return [
    `Error ID: ${errorId}`,
    `Timestamp: ${timestamp}`,
    `Severity: ${severity.toUpperCase()}`,
    `Category: ${category}`,
    `Type: ${errorType}`,
    `Message: ${errorMessage}`,
    `Resolved: ${resolved ? 'Yes' : 'No'}`,
    ...(resolutionNotes === null ? [] : [`Resolution: ${resolutionNotes}`]),
    ...(sourceFile === null ? [] : [`Source: ${sourceFile}:${sourceLine ?? 0}`]),
    '-'.repeat(80),
    '',
  ].join('\n');
}
