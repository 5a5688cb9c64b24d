import { Readable } from 'node:stream';

/** How long a reader may take to fetch what was said before the end. */
const FAREWELL_MS = 1_000;

/** What one reader gets. Whoever does not fetch what was said is cut off: what is kept for all the slow would be without bounds. */
export class BoundedStream extends Readable {
  private most: number;
  private isEnding = false;

  /**
   * @param mostBytes that wait for the reader, beside what his connection holds
   * @param onCut told when he is cut off
   */
  constructor(
    private readonly mostBytes: number,
    private readonly onCut: () => void,
  ) {
    super({ highWaterMark: 0 });
    this.most = mostBytes;
  }

  override _read(): void {
    // Nothing to fetch: it is told.
  }

  /** Says something, unless it has ended or was cut off. */
  say(bytes: Buffer): void {
    if (this.destroyed || this.isEnding) return;
    if (this.readableLength === 0) this.most = this.mostBytes;
    this.push(bytes);
    if (this.readableLength <= this.most) return;
    this.onCut();
    this.destroy();
  }

  /** Says what a reader missed: it may be more than is kept for one who is merely slow, and is shared with others who missed it. */
  catchUp(pieces: readonly Buffer[]): void {
    if (this.destroyed || this.isEnding) return;
    this.most = this.mostBytes + pieces.reduce((sum, { length }) => sum + length, this.readableLength);
    for (const piece of pieces) this.push(piece);
  }

  /** Ends well; a reader who does not fetch the rest is cut off. */
  end(): void {
    if (this.destroyed || this.isEnding) return;
    this.isEnding = true;
    this.push(null);
    setTimeout(() => this.destroy(), FAREWELL_MS).unref();
  }
}
