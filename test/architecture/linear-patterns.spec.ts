import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import ts from 'typescript';
import { cpuMsOf } from '#platform/kernel';

const ROOT = path.resolve(__dirname, '../..');

/** Patterns that take longer than linear time, and what makes sure that their input is short: nobody adds one without saying. */
const CUT_BEFORE: Readonly<Record<string, string>> = {
  '0+$': 'libs/finance/src/books/money.ts: at most eight digits, as the pattern of amounts has it',
};

interface Pattern {
  file: string;
  source: string;
  flags: string;
}

/** Every pattern that is written in what runs as the service; a new one cannot be forgotten. */
const PATTERNS: readonly Pattern[] = ['libs', 'config', 'apps/api', 'apps/worker']
  .flatMap((dir) =>
    readdirSync(path.join(ROOT, dir), { recursive: true, encoding: 'utf8' }).map((name) => `${dir}/${name}`),
  )
  .filter((file) => file.endsWith('.ts') && !file.endsWith('spec.ts') && !file.includes('/migrations/'))
  .flatMap(patternsIn);

function patternsIn(file: string): Pattern[] {
  const tree = ts.createSourceFile(file, readFileSync(path.join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest);
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source = '', flags = ''] = /^\/(.*)\/(\w*)$/s.exec(node.text) ?? [];
      found.push({ file, source, flags });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Lengths that are tried, the short ones first, so that a pattern that explodes is known before it does. */
const LENGTHS = [
  [64, 256, 1_024],
  [4_096, 16_384],
];

/** How a hostile text ends. */
const TAILS = ['', '\u0001', '('];

/** What one character may cost, in characters of a plain scan of a text as long. What is not linear is beyond it soon. */
const MOST_STEPS = 300;

/** Below it a measurement is noise. */
const LEAST_MS = 0.5;

/** A text that begins with `head` and goes on with `unit`, again and again. */
interface Hostile {
  head: string;
  unit: string;
}

/** Texts made to keep a pattern busy: of its own alphabet, of what it matches, and of what it almost matches. */
function hostileTexts({ source, flags }: Pattern): Hostile[] {
  const plain = source
    .replace(/\(\?<?[:=!]|\(\?<\w+>/g, '')
    .replace(/\\[dD]/g, '1')
    .replace(/\\[wW]/g, 'a')
    .replace(/\\[sS]/g, ' ')
    .replace(/\\[bB]|\\[pP]\{\w+\}|\{\d+(?:,\d*)?\}/g, '')
    .replace(/\\(.)/g, '$1');
  const characters = [...new Set(['a', 'A', '1', ' ', ...plain.replace(/[()|*+?^$]/g, '')])].slice(0, 24);
  const words = plain.match(/[A-Za-z0-9_@:/.=" -]{2,}/g) ?? [];
  const matching = samples(source, flags);
  const matches = matching.flatMap((text) => [text, text.slice(0, -1), text.slice(0, text.length >> 1)]);
  // What must stand at the beginning stands there once.
  const heads = source.startsWith('^') ? ['', ...matching.slice(0, 2), ...words.slice(0, 2)] : [''];
  const units = [
    ...characters,
    ...characters.flatMap((one) => characters.slice(0, 12).map((other) => one + other)),
    ...words.flatMap((word) => [word, `${word} `, `${word}a`, `-${word}`]),
    ...matches,
    ...[' (a)', '[a]', '"a"', '{a}', 'a.b', '-a', '(', '\\', '\\"'],
  ].filter((unit) => unit !== '');
  return heads.flatMap((head) => units.map((unit) => ({ head, unit })));
}

function samples(source: string, flags: string): string[] {
  // The library takes minutes to list what is outside of such a class.
  if (/\[\^.*\\[xu]|\\p\{/.test(source)) return [];
  try {
    const matching = fc.stringMatching(new RegExp(source, flags.replace(/[gyi]/g, '')), { size: 'small' });
    return fc.sample(matching, { numRuns: 4, seed: 7 });
  } catch {
    // What the library cannot read is tried with its alphabet alone.
    return [];
  }
}

/** The least that some work takes of the processor in some runs, in ms. */
function millisOf(work: () => unknown, times: number): number {
  return Math.min(...Array.from({ length: times }, () => cpuMsOf(work)));
}

/** What a plain scan costs a character, in ms. */
const SCAN_MS = ((): number => {
  const text = 'plain text '.repeat(20_000);
  let sum = 0;
  const scan = (): void => {
    for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
  };
  const best = millisOf(scan, 20);
  return sum === 0 ? 0 : best / text.length;
})();

/** Why the pattern is not linear in the worst of these texts; `undefined` when it is. */
function complaintAbout(pattern: Pattern): string | undefined {
  const expression = new RegExp(pattern.source, pattern.flags);
  const run = (text: string): unknown => {
    expression.lastIndex = 0;
    return expression.global ? text.replace(expression, '') : expression.test(text);
  };
  for (const { head, unit } of hostileTexts(pattern)) {
    for (const lengths of LENGTHS) {
      const texts = lengths.flatMap((length) => {
        const body = head + unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
        return TAILS.map((tail) => ({ length, text: body + tail }));
      });
      // All of them together take no longer than one may: nearly always.
      if (millisOf(() => texts.forEach(({ text }) => run(text)), 1) <= LEAST_MS) continue;
      for (const { length, text } of texts) {
        const isTooLong = (ms: number): boolean => ms > LEAST_MS && ms / length / SCAN_MS > MOST_STEPS;
        if (!isTooLong(millisOf(() => run(text), 1))) continue;
        // The engine compiles a pattern only when it has seen some text.
        const again = millisOf(() => run(text), 10);
        if (isTooLong(again)) {
          const steps = Math.round(again / length / SCAN_MS);
          return `${JSON.stringify(head)} and ${JSON.stringify(unit.slice(0, 60))}, ${length} characters: ${again.toFixed(1)} ms, ${steps} steps each`;
        }
      }
    }
  }
  return undefined;
}

describe('patterns', () => {
  it('are found', () => {
    expect(PATTERNS.length).toBeGreaterThan(100);
    expect(new Set(PATTERNS.map(({ file }) => file.split('/')[1]))).toContain('errors');
  });

  it('that are let off are still there', () => {
    expect(Object.keys(CUT_BEFORE).filter((known) => !PATTERNS.some(({ source }) => source === known))).toEqual([]);
  });

  it('take linear time, however hostile the text', () => {
    const different = new Map(PATTERNS.map((pattern) => [`${pattern.source}/${pattern.flags}`, pattern]));
    const complaints = [...different.values()].flatMap((pattern) => {
      if (pattern.source in CUT_BEFORE) return [];
      const complaint = complaintAbout(pattern);
      return complaint === undefined ? [] : [`${pattern.file} /${pattern.source}/${pattern.flags} on ${complaint}`];
    });
    expect(complaints).toEqual([]);
  }, 300_000);

  it('that are quadratic would be noticed', () => {
    const quadratic = ['([A-Z]+)([A-Z][a-z])', '[\\\\/]+home', '\\s+$', 'at (?:(.+?) \\()?x$', '\\beyJ[\\w-]+\\.'];
    for (const source of quadratic) {
      expect([source, complaintAbout({ file: '', source, flags: 'g' })]).toEqual([source, expect.any(String)]);
    }
  }, 60_000);
});
