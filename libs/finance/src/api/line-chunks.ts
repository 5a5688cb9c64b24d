import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';

/** Longest line, in bytes. A longer one is refused, and never held as a whole. */
export const MAX_LINE_BYTES = 128 * 1024;

/** Some lines of a stream. */
export interface LineChunk {
  /** Number of the first, from 1. */
  readonly first: number;
  /** Their texts; `undefined` for a line that is too long or not UTF-8. */
  readonly lines: readonly (string | undefined)[];
  /** SHA-256 over all lines of the stream up to here, each with its line feed. */
  readonly digest: Buffer;
}

const LINE_FEED = 0x0a;

/** Cuts a stream into chunks of lines; where it cuts depends on the lines alone. Reads no more than it needs for the next chunk. */
export async function* lineChunks(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<LineChunk> {
  const hash = createHash('sha256');
  let lines: (string | undefined)[] = [];
  let first = 1;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  const hold = (bytes: Buffer): void => {
    hash.update(bytes);
    begunBytes += bytes.length;
    if (begunBytes <= MAX_LINE_BYTES) begun.push(bytes);
  };
  const end = (): void => {
    const bytes = begun.length === 1 && begun[0] ? begun[0] : Buffer.concat(begun);
    lines.push(begunBytes <= MAX_LINE_BYTES && isUtf8(bytes) ? bytes.toString('utf8') : undefined);
    hash.update('\n');
    [begun, begunBytes] = [[], 0];
  };
  const cut = (): LineChunk => {
    const chunk = { first, lines, digest: hash.copy().digest() };
    first += lines.length;
    lines = [];
    return chunk;
  };
  for await (const bytes of stream) {
    let from = 0;
    for (let to = bytes.indexOf(LINE_FEED); to !== -1; to = bytes.indexOf(LINE_FEED, from)) {
      hold(bytes.subarray(from, to));
      end();
      from = to + 1;
      if (lines.length === size) yield cut();
    }
    if (from < bytes.length) hold(bytes.subarray(from));
  }
  if (begunBytes > 0) end();
  if (lines.length > 0) yield cut();
}
