import { open } from 'node:fs/promises';

/** One line of a write-ahead file, without its line feed. */
export interface WalLine {
  readonly offset: number;
  /** Where the next line begins. */
  readonly end: number;
  readonly bytes: Buffer;
}

const CHUNK_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * Reads complete lines from an offset: at most `maxLines`, and as many as fit a chunk. None when the rest is no complete line.
 *
 * @param limit end of what may be read
 */
export async function readWalLines(file: string, offset: number, limit: number, maxLines: number): Promise<WalLine[]> {
  if (offset >= limit) return [];
  const handle = await open(file, 'r');
  try {
    for (let size = CHUNK_BYTES; ; size *= 2) {
      const wanted = Math.min(size, limit - offset);
      const chunk = Buffer.alloc(wanted);
      const { bytesRead } = await handle.read(chunk, 0, wanted, offset);
      const lines = splitLines(chunk.subarray(0, bytesRead), offset, maxLines);
      if (lines.length > 0 || bytesRead < size) return lines;
    }
  } finally {
    await handle.close();
  }
}

function splitLines(chunk: Buffer, offset: number, maxLines: number): WalLine[] {
  const lines: WalLine[] = [];
  for (let start = 0; lines.length < maxLines;) {
    const end = chunk.indexOf(LINE_FEED, start);
    if (end === -1) break;
    lines.push({ offset: offset + start, end: offset + end + 1, bytes: chunk.subarray(start, end) });
    start = end + 1;
  }
  return lines;
}

/** Bytes of a file up to its last line feed; what follows was being written when the process died. */
export async function completeBytes(file: string, size: number): Promise<number> {
  const handle = await open(file, 'r');
  try {
    for (let end = size; end > 0; end -= Math.min(end, CHUNK_BYTES)) {
      const length = Math.min(end, CHUNK_BYTES);
      const chunk = Buffer.alloc(length);
      await handle.read(chunk, 0, length, end - length);
      const last = chunk.lastIndexOf(LINE_FEED);
      if (last !== -1) return end - length + last + 1;
    }
    return 0;
  } finally {
    await handle.close();
  }
}
