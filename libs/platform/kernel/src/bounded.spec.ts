import fc from 'fast-check';
import { pruneJson, shapeOfJson } from './bounded-json.js';
import { cutText, LEFT_OUT, soundText } from './bounded-text.js';

describe('text from outside', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
  );

  it('is never longer than its limit, and can always be stored', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 200 }), (text, max) => {
        const cut = cutText(text, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut).not.toContain('\0');
        if (text.length <= max) expect(cut).toBe(soundText(text));
        else expect(cut).toContain('…');
      }),
      { numRuns: 2_000 },
    );
  });

  it('says how long it was, and keeps its beginning', () => {
    expect(cutText('x'.repeat(1_000), 100)).toBe(`${'x'.repeat(84)}…[cut from 1000]`);
    expect(cutText('abcdef', 4)).toBe('abc…');
    expect(cutText('ab😀', 3)).toBe('ab…');
    expect(soundText('a\0b\ud800')).toBe('a\ufffdb\ufffd');
  });
});

describe('pruned JSON', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

  it('is what it was when it is within its bounds, and within them always', () => {
    const bounds = fc.record({ depth: fc.integer({ min: 1, max: 6 }), values: fc.integer({ min: 2, max: 40 }) });
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), bounds, (text, limits) => {
        const shape = shapeOfJson(text);
        expect(shape.depth).toBe(depthOf(JSON.parse(text)));
        const pruned = pruneJson(text, limits);
        expect(depthOf(JSON.parse(pruned))).toBeLessThanOrEqual(limits.depth);
        if (shape.depth <= limits.depth && shape.values <= limits.values) expect(pruned).toBe(text);
        else if (shape.depth > limits.depth) expect(pruned).toContain(LEFT_OUT);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a":[[[1]]],"b":2}', { depth: 2, values: 99 }, { a: [LEFT_OUT], b: 2 }],
    ['[[1,2,3,4]]', { depth: 2, values: 5 }, [[1, 2, 3, LEFT_OUT]]],
    ['{"a":"]]]\\"}}","b":{"c":1}}', { depth: 1, values: 99 }, { a: ']]]"}}', b: LEFT_OUT }],
    ['{"a":1,"b":2,"c":3}', { depth: 2, values: 3 }, { a: 1, b: 2, [LEFT_OUT]: LEFT_OUT }],
  ])('%s', (text, bounds, expected) => {
    expect(JSON.parse(pruneJson(text, bounds))).toEqual(expected);
  });

  it('that is none is no JSON afterwards either, where it is kept', () => {
    for (const text of ['{"a":1,', '[1,2,,3]', '{"a" 1}', '"open', '[', '']) {
      expect(() => JSON.parse(pruneJson(text, { depth: 5, values: 50 })) as unknown).toThrow();
    }
  });
});
