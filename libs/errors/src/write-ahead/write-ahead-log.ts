import {
  close,
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { GroupCommit } from '#platform/kernel';
import type { WriteAheadDirectory } from './write-ahead-directory.js';

const closeFile = promisify(close);
const syncFile = promisify(fdatasync);
const writeFile = promisify(write);

/** Size at which the next file is begun. */
const SEGMENT_BYTES = 32 * 1024 * 1024;

/** A write-ahead file as its readers need it. */
export interface WalFile {
  readonly name: string;
  /** Bytes that are on disk for good; nothing beyond may be read. */
  readonly durableBytes: number;
  /** Nothing is added any more. */
  readonly isClosed: boolean;
}

interface Segment {
  name: string;
  fd: number;
  durableBytes: number;
  isClosed: boolean;
}

/**
 * The write-ahead log of one run. Everybody who waits at the same time shares one `write` and one `fdatasync` (group
 * commit), so the cost of a disk flush is divided by the load.
 */
export class WriteAheadLog {
  private readonly segments: Segment[] = [];
  private readonly commits = new GroupCommit<string, void>((lines) => this.commit(Buffer.from(lines.join(''))));
  private fatal: Segment | undefined;
  private number = 0;
  private isClosed = false;

  constructor(
    private readonly directory: WriteAheadDirectory,
    private readonly runId: string,
    private readonly segmentBytes = SEGMENT_BYTES,
  ) {
    this.begin();
  }

  /** Appends lines, each with its line feed; resolves when they would survive a power cut. */
  append(lines: readonly string[]): Promise<void> {
    const line = lines.join('');
    // What fails while the service is shutting down waits for the next start.
    if (this.isClosed) return Promise.resolve().then(() => this.appendSync(line));
    return this.commits.add(line);
  }

  /**
   * Appends before returning, for a process about to die. Goes to a file of its own, so that it cannot land in the middle of
   * a write that is under way.
   */
  appendSync(line: string): void {
    if (!this.fatal || this.fatal.isClosed) this.fatal = this.open(`${this.runId}.fatal.wal`);
    const bytes = Buffer.from(line);
    for (let written = 0; written < bytes.length;) written += writeSync(this.fatal.fd, bytes, written);
    fdatasyncSync(this.fatal.fd);
    this.fatal.durableBytes += bytes.length;
  }

  /** The files of this run that have not been forgotten, oldest first. */
  get files(): readonly WalFile[] {
    return this.fatal ? [...this.segments, this.fatal] : [...this.segments];
  }

  /** A closed file that was read to its end and removed. */
  forget(name: string): void {
    const index = this.segments.findIndex((segment) => segment.name === name && segment.isClosed);
    if (index !== -1) this.segments.splice(index, 1);
  }

  /** Waits for what is being written and closes the files. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.commits.finish();
    for (const segment of this.files as readonly Segment[]) {
      if (segment.isClosed) continue;
      segment.isClosed = true;
      await closeFile(segment.fd);
    }
  }

  private async commit(bytes: Buffer): Promise<void[]> {
    try {
      await this.write(bytes);
      return [];
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  private async write(bytes: Buffer): Promise<void> {
    let segment = this.current;
    if (segment.isClosed || segment.durableBytes >= this.segmentBytes) segment = this.begin();
    for (let written = 0; written < bytes.length;) {
      written += (await writeFile(segment.fd, bytes, written, bytes.length - written, null)).bytesWritten;
    }
    await syncFile(segment.fd);
    segment.durableBytes += bytes.length;
  }

  /** After a failed write nobody knows what is in the file: cut it to what was promised and go on in another. */
  private abandon(): void {
    const segment = this.current;
    try {
      ftruncateSync(segment.fd, segment.durableBytes);
    } catch {
      // Its readers stop at the durable bytes anyhow, and after a crash an incomplete line is recognised as such.
    }
    if (!segment.isClosed) closeSync(segment.fd);
    segment.isClosed = true;
  }

  private get current(): Segment {
    return this.segments.at(-1) as Segment;
  }

  private begin(): Segment {
    const previous = this.segments.at(-1);
    if (previous && !previous.isClosed) {
      closeSync(previous.fd);
      previous.isClosed = true;
    }
    this.number++;
    const segment = this.open(`${this.runId}.${String(this.number).padStart(6, '0')}.wal`);
    this.segments.push(segment);
    return segment;
  }

  private open(name: string): Segment {
    const fd = openSync(this.directory.walPath(name), 'a');
    // The name of a new file is durable only when its folder is.
    const folder = openSync(this.directory.dir, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
    return { name, fd, durableBytes: fstatSync(fd).size, isClosed: false };
  }
}
