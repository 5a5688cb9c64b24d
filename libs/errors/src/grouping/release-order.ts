/** A release taken apart: `shop-2.4.1-rc.1+45`. */
interface Release {
  /** What stands in front: the product, or nothing. */
  readonly name: string;
  readonly numbers: readonly string[];
  /** Below zero before the release of the same numbers, above it after. */
  readonly stage: number;
  /** What tells releases of one stage apart. */
  readonly within: string;
  /** Commit of the release, where it names one. */
  readonly commit: string;
  readonly build: string;
}

/** Words between the numbers and the end, and where they stand; any other word is before the release (Semantic Versioning 2.0.0 §11). */
const STAGES: readonly (readonly [words: RegExp, stage: number])[] = [
  [/^(?:dev|nightly|canary|snapshot)$/, -6],
  [/^(?:a|alpha)$/, -5],
  [/^(?:b|beta)$/, -4],
  [/^(?:m|milestone)$/, -3],
  [/^(?:pre|preview|next)$/, -2],
  [/^(?:c|rc|cr)$/, -1],
  [/^(?:final|release|ga|lts|stable)$/, 0],
  [/^(?:p|patch|post|sp|hotfix|fix|r|rev|build)$/, 1],
];
const OTHER_WORD = -4.5;

const COMMIT = /^g?(?=[0-9a-f]{0,39}[a-f])[0-9a-f]{7,40}$/;

/**
 * Orders releases as their senders mean them: by Semantic Versioning, also where the hyphen is missing (`2.0.0rc1`, PEP 440) or a
 * name stands in front (`shop@2.4.1`, `shop-2.4.1`, `build-1234`), by dates, and by builds (`1.2.3+45`).
 *
 * @returns `undefined` when their names do not tell, as those of commits or of other products
 */
export function compareReleases(a: string, b: string): number | undefined {
  if (a === b) return 0;
  const [left, right] = [parseRelease(a), parseRelease(b)];
  if (!left || !right) return undefined;
  if (left.name !== right.name && left.name !== '' && right.name !== '') return undefined;
  for (let index = 0; index < Math.max(left.numbers.length, right.numbers.length); index++) {
    const order = compareDigits(left.numbers[index] ?? '0', right.numbers[index] ?? '0');
    if (order !== 0) return order;
  }
  if (left.stage !== right.stage) return Math.sign(left.stage - right.stage);
  const within = left.within.localeCompare(right.within, 'en', { numeric: true });
  if (within !== 0) return Math.sign(within);
  if (left.commit !== right.commit) return undefined;
  return compareBuilds(left.build, right.build);
}

/** A build without a number is of unknown order; none at all may be any of them. */
function compareBuilds(a: string, b: string): number | undefined {
  if (a === b || a === '' || b === '') return 0;
  return /^[\d.]+$/.test(a) && /^[\d.]+$/.test(b) ? Math.sign(a.localeCompare(b, 'en', { numeric: true })) : undefined;
}

function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return left === right ? 0 : left < right ? -1 : 1;
}

function parseRelease(release: string): Release | undefined {
  const text = release.trim().toLowerCase();
  const start = startOfNumbers(text);
  if (start === undefined) return undefined;
  const plus = text.indexOf('+', start);
  const rest = plus === -1 ? text.slice(start) : text.slice(start, plus);
  const name = text.slice(0, start).replace(/[-_@/ .]{0,8}v?$/, '');
  const build = plus === -1 ? '' : text.slice(plus + 1);
  if (COMMIT.test(rest)) return undefined;
  // A date, with the hour and a counter where they follow.
  if (/^\d{4}-\d{2}-\d{2}(?!\d)/.test(rest)) {
    return { name, numbers: rest.match(/\d+/g) ?? [], stage: 0, within: '', commit: '', build };
  }
  const numbers = /^\d+(?:\.\d+)*/.exec(rest)?.[0] ?? '';
  return { name, numbers: numbers.split('.'), ...suffixOf(rest.slice(numbers.length)), build };
}

/** Where the numbers begin: at the first digit that no letter stands before, unless it is the `v` of a version. */
function startOfNumbers(text: string): number | undefined {
  const isSeparator = (at: number): boolean => at < 0 || /[-_@/ ]/.test(text[at] ?? '');
  for (let at = text.lastIndexOf('@') + 1; at < text.length; at++) {
    if (!/\d/.test(text[at] ?? '')) continue;
    if (isSeparator(at - 1) || (text[at - 1] === 'v' && isSeparator(at - 2))) return at;
  }
  return undefined;
}

function suffixOf(text: string): Pick<Release, 'stage' | 'within' | 'commit'> {
  const parts = text.split(/[-._]|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])/).filter((part) => part !== '');
  const whole = text.replace(/^[-._]/, '');
  if (whole === '') return { stage: 0, within: '', commit: '' };
  if (COMMIT.test(whole)) return { stage: 0, within: '', commit: whole.replace(/^g/, '') };
  // `git describe`: so many commits after the release.
  const described = /^(\d{1,9})-g[0-9a-f]{7,40}(?:-dirty)?$/.exec(whole)?.[1];
  if (described !== undefined) return { stage: 1, within: described, commit: '' };
  const [word = '', ...more] = parts;
  const known = STAGES.find(([words]) => words.test(word));
  if (known) return { stage: known[1], within: more.join('.'), commit: '' };
  return { stage: OTHER_WORD, within: parts.join('.'), commit: '' };
}
