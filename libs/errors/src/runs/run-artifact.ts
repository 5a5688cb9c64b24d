import path from 'node:path';
import { type ArtifactChain, hashOfLink } from './artifact-chain.js';
import type { ArtifactEntry } from './artifact-entry.js';
import { EntriesAtHand, type WrittenEntry, writtenEntry } from './entries-at-hand.js';
import { type Conservation, NOTHING_RECEIVED } from '../write-ahead/conservation.js';
import { decodeWalLine } from '../write-ahead/wal-line.js';
import { ArtifactFile, type ArtifactStatistics } from './artifact-file.js';
import type { RunIdentity } from '../write-ahead/run-identity.js';
import type { WriteAheadDirectory } from '../write-ahead/write-ahead-directory.js';
import { readWalLines } from '../write-ahead/wal-reader.js';

/** Notes of the resolution by the ids of entries that are resolved; `null` for one without notes. */
export type Resolutions = ReadonlyMap<string, string | null>;

const CHUNK = 500;

/** The artifact of one run, kept up with its write-ahead files. */
export class RunArtifact {
  /** Of lines that somebody else has read; the others are read here. */
  readonly atHand = new EntriesAtHand();
  private readonly file: ArtifactFile;
  private found: Readonly<Record<string, unknown>> = {};
  private statistics: ArtifactStatistics;
  private resolutions: Resolutions = new Map();

  constructor(
    artifactsDir: string,
    private readonly run: RunIdentity,
    private readonly directory: WriteAheadDirectory,
  ) {
    const chain = { length: 0, head: run.runId };
    const none = { total_errors: 0, by_severity: {}, by_category: {}, resolved_count: 0 };
    this.statistics = { ...none, chain, write_ahead: {} };
    this.file = new ArtifactFile(path.join(artifactsDir, `error-ledger-${run.runId}.json`));
  }

  /** Continues what an interrupted run left. */
  async resume(): Promise<void> {
    const found = await this.file.load();
    if (!found) return;
    this.statistics = { ...this.statistics, ...found.statistics };
    this.found = found.metadata;
  }

  /** How much of a write-ahead file is in the artifact. */
  exportedBytes(file: string): number {
    return this.statistics.write_ahead[file] ?? 0;
  }

  /** The chain of what was exported so far. */
  get chain(): Readonly<ArtifactChain> {
    return this.statistics.chain;
  }

  /**
   * Adds what the files hold beyond what is already in; on failure nothing has changed.
   *
   * @param conservation what became of the run's reports; where nobody knows, what is not known to be settled is backlog
   * @param resolutions what was decided about its entries; as it was last time when absent
   */
  async export(
    files: readonly { name: string; durableBytes: number }[],
    more: Readonly<Record<string, unknown>> = {},
    conservation?: Conservation,
    resolutions: Resolutions = this.resolutions,
  ): Promise<void> {
    const { runId, startedAt, platform, nodeVersion, environment, service, release } = this.run;
    const next = structuredClone(this.statistics);
    const metadata = {
      ...this.found,
      run_id: runId,
      started_at: startedAt,
      platform,
      node_version: nodeVersion,
      environment,
      service,
      release,
      ...more,
    };
    const hasNews = !isSame(resolutions, this.resolutions);
    const sums = (): ArtifactStatistics => {
      next.conservation = conservation ?? withBacklog(next);
      return next;
    };
    if (hasNews) next.resolved_count = 0;
    const revise = (entry: string): string => revised(entry, resolutions, next);
    await this.file.extend(metadata, this.entries(files, next, resolutions), sums, hasNews ? revise : undefined);
    this.statistics = next;
    this.resolutions = resolutions;
  }

  private async *entries(
    files: readonly { name: string; durableBytes: number }[],
    statistics: ArtifactStatistics,
    resolutions: Resolutions,
  ): AsyncGenerator<string[]> {
    for (const { name, durableBytes } of files) {
      for (;;) {
        const offset = statistics.write_ahead[name] ?? 0;
        const lines = await readWalLines(this.directory.walPath(name), offset, durableBytes, CHUNK);
        const last = lines.at(-1);
        if (!last) break;
        statistics.write_ahead[name] = last.end;
        yield lines.flatMap(({ offset: start, bytes }) => {
          const entry = this.atHand.take(name, start) ?? entryIn(bytes);
          return entry === undefined ? [] : [linked(entry, statistics, resolutions)];
        });
      }
    }
  }
}

/** The entry as it stands after what was decided; whatever else is in it stays as it was written. */
function revised(text: string, resolutions: Resolutions, statistics: ArtifactStatistics): string {
  const entry = JSON.parse(text) as ArtifactEntry;
  const resolution = resolutions.get(entry.error_id);
  if (resolution !== undefined) statistics.resolved_count++;
  if (!entry.resolved && resolution === undefined) return text;
  return JSON.stringify({ ...entry, resolved: resolution !== undefined, resolution_notes: resolution ?? null });
}

function isSame(one: Resolutions, other: Resolutions): boolean {
  return one === other || (one.size === other.size && [...one].every(([id, notes]) => other.get(id) === notes));
}

/** The last known count of a run that was cut off, with what it did not live to count. */
function withBacklog({ conservation, total_errors: total }: ArtifactStatistics): Conservation {
  const { stored, duplicate, quarantined, refused } = conservation ?? NOTHING_RECEIVED;
  const settled = stored + duplicate + quarantined;
  const backlog = Math.max(0, total - settled);
  return { received: settled + backlog + refused, stored, duplicate, quarantined, backlog, refused };
}

/** A damaged line has no entry; the database's quarantine keeps it. */
function entryIn(bytes: Buffer): WrittenEntry | undefined {
  const record = decodeWalLine(bytes);
  return record && writtenEntry(record.occurrence);
}

/** The entry as a link of the chain, counted. */
function linked(
  { errorId, severity, category, json }: WrittenEntry,
  statistics: ArtifactStatistics,
  resolutions: Resolutions,
): string {
  const { by_severity, by_category } = statistics;
  statistics.total_errors++;
  by_severity[severity] = (by_severity[severity] ?? 0) + 1;
  by_category[category] = (by_category[category] ?? 0) + 1;
  const hash = hashOfLink(statistics.chain.head, json);
  statistics.chain = { length: statistics.chain.length + 1, head: hash };
  const link = `${json.slice(0, -1)},"chain_hash":"${hash}"}`;
  return resolutions.has(errorId) ? revised(link, resolutions, statistics) : link;
}
