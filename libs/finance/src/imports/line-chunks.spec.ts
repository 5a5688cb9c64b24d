import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type LineChunk, lineChunks, MAX_LINE_BYTES } from './line-chunks.js';

async function* piecesOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (let turn = 0; from < bytes.length; turn++) {
    const to = from + (sizes[turn % sizes.length] ?? 1);
    yield await Promise.resolve(bytes.subarray(from, to));
    from = to;
  }
}

async function chunksOf(text: string | Buffer, size: number, pieces = [7]): Promise<LineChunk[]> {
  const chunks: LineChunk[] = [];
  for await (const chunk of lineChunks(piecesOf(Buffer.from(text), pieces), size)) chunks.push(chunk);
  return chunks;
}

describe('lineChunks', () => {
  it('cuts the same lines out of a stream, however it arrives', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (lines, pieces) => {
          const text = lines.map((one) => `${one}\n`).join('');
          const chunks = await chunksOf(text, 3, pieces);
          expect(chunks.flatMap((chunk) => chunk.lines)).toEqual(lines);
          expect(chunks.map(({ first }) => first)).toEqual(chunks.map((_, index) => 1 + 3 * index));
          expect(chunks.at(-1)?.digest).toEqual(createHash('sha256').update(text).digest());
        },
      ),
    );
  });

  it('takes a last line without its line feed for a line', async () => {
    const [open, closed] = [await chunksOf('a\nb', 9), await chunksOf('a\nb\n', 9)];
    expect(open).toEqual(closed);
    expect(open[0]?.lines).toEqual(['a', 'b']);
    expect(await chunksOf('', 9)).toEqual([]);
  });

  it('passes over what is too long or no UTF-8, and goes on behind it', async () => {
    const long = Buffer.alloc(MAX_LINE_BYTES + 1, 'x');
    const text = Buffer.concat([long, Buffer.from('\n'), Buffer.from([0xff, 0x0a]), Buffer.from('good\n')]);
    const [chunk] = await chunksOf(text, 9, [10_000]);
    expect(chunk?.lines).toEqual([undefined, undefined, 'good']);
    expect((await chunksOf(long.subarray(1), 9, [50_000]))[0]?.lines[0]?.length).toBe(MAX_LINE_BYTES);
  });
});
