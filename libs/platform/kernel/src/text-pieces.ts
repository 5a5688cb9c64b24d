import { FairTurns } from './fair-turns.js';

/** Characters after which a piece is handed out. */
const PIECE = 64 * 1024;

/**
 * The text of many items in pieces of moderate length. However large an item or a batch is, others get their turn while the text is made.
 */
export async function* textPieces<Item>(
  batches: AsyncIterable<readonly Item[]>,
  textOf: (item: Item) => string,
): AsyncGenerator<string> {
  const turns = new FairTurns();
  for await (const batch of batches) {
    let piece = '';
    for (const item of batch) {
      piece += textOf(item);
      if (piece.length >= PIECE) {
        yield piece;
        piece = '';
      }
      await turns.pause();
    }
    if (piece !== '') yield piece;
  }
}
