import { createHash } from 'node:crypto';

/** How far the chain of a run goes: each entry's hash covers the entry and the hash before it. */
export interface ArtifactChain {
  /** Entries in the chain. */
  length: number;
  /** Hash of the last entry; of an empty chain the run's id. */
  head: string;
}

/**
 * The hash of an entry that follows `previous`: SHA-256 over that, a line feed, and the entry's JSON without its own hash. What people
 * decide later is not part of it: the entry counts as it was written, unresolved.
 */
export function chainHash(previous: string, entry: object): string {
  const asWritten = 'resolved' in entry ? { ...entry, resolved: false, resolution_notes: null } : entry;
  return hashOfLink(previous, JSON.stringify(asWritten));
}

/** The same of an entry whose JSON is at hand as it was written. */
export function hashOfLink(previous: string, json: string): string {
  return createHash('sha256').update(`${previous}\n${json}`).digest('hex');
}

/** What a check of an artifact found. */
export interface ArtifactVerdict {
  runId: string;
  entries: number;
  /** Hash of the last entry that fits; whoever noted it earlier can tell a file that was written anew. */
  head: string;
  problems: readonly string[];
}

interface Artifact {
  metadata?: { run_id?: unknown };
  errors?: unknown;
  statistics?: {
    total_errors?: unknown;
    by_severity?: unknown;
    by_category?: unknown;
    chain?: Partial<ArtifactChain>;
    conservation?: Record<string, unknown>;
  };
}

/**
 * Checks the text of `error-ledger-<run>.json`: no entry was changed, removed, added or moved, and its sums fit its entries.
 */
export function verifyArtifact(text: string): ArtifactVerdict {
  let artifact: Artifact | null;
  try {
    artifact = JSON.parse(text) as Artifact | null;
  } catch {
    return { runId: '', entries: 0, head: '', problems: ['The file is no JSON'] };
  }
  const { metadata, errors, statistics } = artifact ?? {};
  const runId = metadata?.run_id;
  if (typeof runId !== 'string' || !Array.isArray(errors) || !statistics) {
    return { runId: '', entries: 0, head: '', problems: ['The file is no artifact of the error ledger'] };
  }
  const entries = errors as Record<string, unknown>[];
  const { head, problems } = followChain(runId, entries);
  return { runId, entries: entries.length, head, problems: [...problems, ...sumProblems(entries, head, statistics)] };
}

function followChain(runId: string, entries: readonly Record<string, unknown>[]): { head: string; problems: string[] } {
  let head = runId;
  for (const [index, { chain_hash: stated, ...entry }] of entries.entries()) {
    const hash = chainHash(head, entry);
    if (hash !== stated) {
      const id = typeof entry['error_id'] === 'string' ? entry['error_id'] : 'without an id';
      // What follows a break cannot be judged: every later hash depends on it.
      return { head, problems: [`Entry ${index + 1} (${id}) is not what was written there`] };
    }
    head = hash;
  }
  return { head, problems: [] };
}

function sumProblems(
  entries: readonly Record<string, unknown>[],
  head: string,
  statistics: NonNullable<Artifact['statistics']>,
): string[] {
  const problems: string[] = [];
  const { total_errors: total, chain, conservation } = statistics;
  if (total !== entries.length)
    problems.push(`total_errors is ${String(total)}, but there are ${entries.length} entries`);
  if (chain?.length !== entries.length || chain.head !== head) problems.push('The chain does not end as the file says');
  for (const key of ['severity', 'category'] as const) {
    const counted: Record<string, number> = {};
    for (const entry of entries) counted[String(entry[key])] = (counted[String(entry[key])] ?? 0) + 1;
    const stated = (statistics[`by_${key}`] ?? {}) as Record<string, unknown>;
    const names = new Set([...Object.keys(counted), ...Object.keys(stated)]);
    const wrong = [...names].filter((name) => counted[name] !== stated[name]);
    if (wrong.length > 0) problems.push(`by_${key} does not fit the entries: ${wrong.join(', ')}`);
  }
  if (conservation) {
    const { received, ...rest } = conservation;
    const sum = Object.values(rest).reduce<number>((whole, count) => whole + Number(count), 0);
    if (received !== sum) problems.push(`received is ${String(received)}, but the others add up to ${sum}`);
  }
  return problems;
}
