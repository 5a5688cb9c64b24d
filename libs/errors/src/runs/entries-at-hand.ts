import type { Occurrence } from '../occurrences/occurrence.js';
import { toArtifactEntry } from './artifact-entry.js';

/** An entry of the artifact as JSON, with what is counted of it. */
export interface WrittenEntry {
  readonly errorId: string;
  readonly severity: string;
  readonly category: string;
  readonly json: string;
}

/** Characters that are kept; some thousand entries. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * Entries of lines that were read for the database, so that the artifact does not read them again. The oldest go when there are too
 * many; what is not here is read from the file.
 */
export class EntriesAtHand {
  private readonly entries = new Map<string, WrittenEntry>();
  private characters = 0;

  keep(file: string, offset: number, occurrence: Occurrence): void {
    this.take(file, offset);
    const entry = writtenEntry(occurrence);
    this.entries.set(keyOf(file, offset), entry);
    this.characters += entry.json.length;
    for (const [key, { json }] of this.entries) {
      if (this.characters <= MAX_CHARACTERS) break;
      this.entries.delete(key);
      this.characters -= json.length;
    }
  }

  /** The entry of a line, once. */
  take(file: string, offset: number): WrittenEntry | undefined {
    const key = keyOf(file, offset);
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.characters -= entry.json.length;
    return entry;
  }
}

export function writtenEntry(occurrence: Occurrence): WrittenEntry {
  const { errorId, severity, category } = occurrence;
  return { errorId, severity, category, json: JSON.stringify(toArtifactEntry(occurrence)) };
}

function keyOf(file: string, offset: number): string {
  return `${file}:${offset}`;
}
