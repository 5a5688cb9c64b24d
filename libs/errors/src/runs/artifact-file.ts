import { createReadStream } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { makeFolder } from '#config';
import type { ArtifactChain } from './artifact-chain.js';
import type { Conservation } from '../write-ahead/conservation.js';

/** How often each severity and category was seen, and so on; grows with the run. */
export interface ArtifactStatistics {
  total_errors: number;
  by_severity: Record<string, number>;
  by_category: Record<string, number>;
  resolved_count: number;
  chain: ArtifactChain;
  /** What became of everything that was handed in during the run, when the file was written. */
  conservation?: Conservation;
  /** How far each write-ahead file is in here, in bytes; what an interrupted run is continued from. */
  write_ahead: Record<string, number>;
}

export interface ArtifactMetadata extends Record<string, unknown> {
  run_id: string;
}

const ERRORS_OPEN = '\n  "errors": [';
const STATISTICS_OPEN = '\n  ],\n  "statistics": ';

/** Entries that are written together while others are read. */
const LINES_AT_ONCE = 200;

/** The parts before and after the entries fit this. */
const EDGE_BYTES = 256 * 1024;

/**
 * The file `error-ledger-<run>.json`. It grows by being copied with the new entries at the end and renamed over the old one,
 * so whoever reads it finds valid JSON; entries already in it are copied as bytes, never parsed again.
 */
export class ArtifactFile {
  private body: { start: number; end: number } | undefined;

  constructor(readonly file: string) {}

  /** Reads what an earlier process left; `undefined` when there is no file, or none of ours. */
  async load(): Promise<{ metadata: ArtifactMetadata; statistics: ArtifactStatistics } | undefined> {
    const handle = await open(this.file, 'r').catch(() => undefined);
    if (!handle) return undefined;
    try {
      const { size } = await handle.stat();
      const head = await readText(handle, 0, Math.min(size, EDGE_BYTES));
      const tailStart = Math.max(0, size - EDGE_BYTES);
      const tail = await readText(handle, tailStart, size - tailStart);
      const [opening, closing] = [head.indexOf(ERRORS_OPEN), tail.lastIndexOf(STATISTICS_OPEN)];
      if (opening === -1 || closing === -1) return undefined;
      // Characters and bytes are the same here: what we write around the entries is ASCII.
      this.body = { start: opening + ERRORS_OPEN.length, end: tailStart + closing };
      const statistics = tail.slice(closing + STATISTICS_OPEN.length, tail.lastIndexOf('}'));
      return {
        metadata: JSON.parse(head.slice('{\n  "metadata": '.length, opening - 1)) as ArtifactMetadata,
        statistics: JSON.parse(statistics) as ArtifactStatistics,
      };
    } catch {
      return undefined;
    } finally {
      await handle.close();
    }
  }

  /**
   * Replaces the file by one with these entries (JSON texts) added.
   *
   * @param statistics asked for after the last entry was read
   * @param revise what becomes of each entry that is already in; without it they are copied as they are
   */
  async extend(
    metadata: ArtifactMetadata,
    entries: AsyncIterable<readonly string[]>,
    statistics: () => ArtifactStatistics,
    revise?: (entry: string) => string,
  ): Promise<void> {
    makeFolder(path.dirname(this.file));
    const temporary = `${this.file}.${process.pid}.tmp`;
    const handle = await open(temporary, 'w');
    try {
      let at = await append(handle, `{\n  "metadata": ${ascii(metadata, 2)},${ERRORS_OPEN}`);
      const start = at;
      if (this.body && this.body.end > this.body.start) {
        at += await (revise ? this.reviseBody(handle, this.body, revise) : this.copyBody(handle, this.body));
      }
      for await (const chunk of entries) {
        if (chunk.length === 0) continue;
        const text = chunk.map((entry) => `\n    ${entry}`).join(',');
        at += await append(handle, at > start ? `,${text}` : text);
      }
      await append(handle, `${STATISTICS_OPEN}${ascii(statistics(), 2)}\n}\n`);
      await handle.datasync();
      await handle.close();
      await rename(temporary, this.file);
      this.body = { start, end: at };
    } finally {
      await handle.close().catch(() => undefined);
    }
  }

  private async copyBody(handle: FileHandle, { start, end }: { start: number; end: number }): Promise<number> {
    let copied = 0;
    const source = createReadStream(this.file, { start, end: end - 1, highWaterMark: 1024 * 1024 });
    for await (const chunk of source as AsyncIterable<Buffer>) copied += await append(handle, chunk);
    return copied;
  }

  /** Each entry stands on a line of its own. */
  private async reviseBody(
    handle: FileHandle,
    { start, end }: { start: number; end: number },
    revise: (entry: string) => string,
  ): Promise<number> {
    let written = 0;
    let lines: string[] = [];
    const flush = async (): Promise<void> => {
      written += await append(handle, lines.join(''));
      lines = [];
    };
    const source = createReadStream(this.file, { start, end: end - 1 });
    for await (const line of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue;
      const isFollowed = line.endsWith(',');
      lines.push(`\n    ${revise(line.slice(4, isFollowed ? -1 : undefined))}${isFollowed ? ',' : ''}`);
      if (lines.length === LINES_AT_ONCE) await flush();
    }
    await flush();
    return written;
  }
}

async function append(handle: FileHandle, data: string | Buffer): Promise<number> {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  await handle.appendFile(bytes);
  return bytes.length;
}

async function readText(handle: FileHandle, position: number, length: number): Promise<string> {
  const buffer = Buffer.alloc(length);
  await handle.read(buffer, 0, length, position);
  return buffer.toString('latin1');
}

/** JSON with every character beyond ASCII escaped. */
function ascii(value: unknown, indent: number): string {
  const text = JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(indent)}`);
  return text.replace(/[^\x00-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
