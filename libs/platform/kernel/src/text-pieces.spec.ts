import { textPieces } from './text-pieces.js';

async function* batchesOf(...sizes: readonly number[][]): AsyncGenerator<number[]> {
  for (const batch of sizes) yield await Promise.resolve(batch);
}

describe('textPieces', () => {
  it('hands out the whole text in order, none of it twice, in pieces that are not much longer than an item', async () => {
    const pieces: string[] = [];
    const sizes = [[1, 2, 3], [], [40_000, 40_000, 40_000], [200_000], [0]];
    for await (const piece of textPieces(batchesOf(...sizes), (size) => `${String(size)}${'x'.repeat(size)};`)) {
      pieces.push(piece);
    }
    expect(pieces.join('')).toBe(
      sizes
        .flat()
        .map((size) => `${String(size)}${'x'.repeat(size)};`)
        .join(''),
    );
    expect(pieces).toHaveLength(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(201_000);
  });

  it('lets others have their turn within a batch', async () => {
    let turns = 0;
    const other = setInterval(() => turns++, 1);
    const slow = (): string => {
      for (const end = performance.now() + 4; performance.now() < end;);
      return 'x';
    };
    for await (const piece of textPieces(batchesOf([...Array<number>(30).keys()]), slow))
      expect(piece).toHaveLength(30);
    clearInterval(other);
    expect(turns).toBeGreaterThan(5);
  });
});
