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
    begunBytes += bytes.length;
    if (begunBytes <= MAX_LINE_BYTES) begun.push(bytes);
  };
  const end = (): void => {
    const bytes = begun.length === 1 && begun[0] ? begun[0] : Buffer.concat(begun);
    lines.push(begunBytes <= MAX_LINE_BYTES && isUtf8(bytes) ? bytes.toString('utf8') : undefined);
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
    let hashed = 0;
    for (let to = lineEnd(bytes, from); to !== -1; to = lineEnd(bytes, from)) {
      if (to > from) hold(bytes.subarray(from, to));
      if (begunBytes > 0) end();
      // Nothing but a line feed costs next to nothing: fifteen million of them fit into one request.
      else lines.push('');
      from = to + 1;
      if (lines.length < size) continue;
      hash.update(bytes.subarray(hashed, from));
      hashed = from;
      yield cut();
    }
    hash.update(bytes.subarray(hashed));
    if (from < bytes.length) hold(bytes.subarray(from));
  }
  if (begunBytes > 0) {
    hash.update('\n');
    end();
  }
  if (lines.length > 0) yield cut();
}

/** Where the next line feed is, from a place on. */
function lineEnd(bytes: Buffer, from: number): number {
  return bytes[from] === LINE_FEED ? from : bytes.indexOf(LINE_FEED, from);
}
