import { createHash } from 'node:crypto';
import { cutText, RecentMap } from '#platform/kernel';
import type { Cause, Occurrence, StackFrame } from '../occurrences/occurrence.js';
import { codesIn, discriminators } from './error-codes.js';
import { callsBuiltIn } from './foreign-code.js';
import { knownFrame, type KnownFrame } from './known-frame.js';
import { gistOf, messageTemplate } from './messages/message-template.js';
import { functionName, isBundle } from './module-name.js';
import { parseStack } from './stack-frames.js';

/** Version of the rules. A group keeps the version it was made with. */
export const GROUPING_VERSION = 'g4';

/** Frames nearest to the failure that take part. */
const MAX_FRAMES = 12;

/** Characters of a group's title. */
const MAX_TITLE = 200;

/** Failures of a chain that take part. */
const MAX_CAUSES = 2;

/** Why an occurrence is in its group. */
export interface GroupingReason {
  readonly version: string;
  readonly basis: 'fingerprint' | 'stack' | 'message';
  /** What was hashed: two occurrences with the same parts are in one group. */
  readonly parts: readonly string[];
  /** The same for a person, in a sentence. */
  readonly explanation: string;
}

export interface Grouping {
  /** `g4:` and 32 hexadecimal digits. */
  readonly key: string;
  readonly why: GroupingReason;
  readonly title: string;
  /** Where it happened: `function (file)`, or the route. */
  readonly culprit: string;
}

/** Decides which group an occurrence belongs to. The same input gives the same key in every process and release. */
export function groupingOf(occurrence: Occurrence): Grouping {
  const own = defaultParts(occurrence);
  const custom = occurrence.fingerprint ?? [];
  const isCustom = custom.length > 0 && !custom.every((part) => isDefaultMark(part));
  const parts = isCustom ? custom.flatMap((part) => (isDefaultMark(part) ? own.parts : [part])) : own.parts;
  const basis = isCustom ? 'fingerprint' : own.basis;
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return {
    key: `${GROUPING_VERSION}:${hash}`,
    why: { version: GROUPING_VERSION, basis, parts, explanation: EXPLANATIONS[basis] },
    title: titleOf(occurrence),
    culprit: culpritOf(occurrence),
  };
}

const EXPLANATIONS: Readonly<Record<GroupingReason['basis'], string>> = {
  fingerprint: 'The reporter chose the group by a fingerprint.',
  stack: 'Same kind of failure from the same place: type and frames of the stack, without line numbers.',
  message: 'Same kind of failure with the same message, apart from ids, numbers, dates and the like.',
};

function isDefaultMark(part: string): boolean {
  return /^\{\{\s*default\s*\}\}$/.test(part);
}

function defaultParts(occurrence: Occurrence): { basis: 'stack' | 'message'; parts: string[] } {
  const { errorType, errorMessage, causes } = occurrence;
  const telling = occurrence.isMessage ? NOTHING_TOLD : tellingOf(occurrence.frames);
  const isTooDeep = ranOver(errorType, errorMessage);
  const frames = isTooDeep ? circleOf(occurrence.frames, telling.frames) : telling.frames;
  const basis = frames.length > 0 ? 'stack' : 'message';
  // What the last call was before the stack was full is chance, and so is whether it was one of a library.
  const isSaidByOthers =
    basis === 'stack' && !isTooDeep && (telling.isThrownByLibrary || SAID_BY_RUNTIME.test(errorType));
  const gist = isSaidByOthers ? gistOf(errorMessage) : '';
  const parts = [
    `type:${commonType(errorType, isTooDeep)}`,
    ...(basis === 'stack'
      ? frames.map((frame) => `frame:${frame}`)
      : [`message:${messageTemplate(occurrence.template ?? errorMessage)}`]),
    ...(gist !== '' ? [`said:${gist}`] : []),
    ...discriminators(occurrence, telling.place),
    ...causes.slice(0, MAX_CAUSES).flatMap(partsOfCause),
  ];
  return { basis, parts };
}

/** Engines of browsers call some failures by other names. */
function commonType(type: string, isTooDeep: boolean): string {
  if (type === 'InternalError' && isTooDeep) return 'RangeError';
  return type === 'NS_ERROR_DOM_QUOTA_REACHED' ? 'QuotaExceededError' : type;
}

/** Types that only a runtime throws, whose words are its own wherever it happens, or that carry those of another failure. */
const SAID_BY_RUNTIME =
  /^\*?runtime\.\w{1,40}$|^(?:ParseError|ActionView::Template::Error)$|(?:^|[.:])(?:OutOfMemoryError|(?:Invalid|Class)CastException|NoSuch(?:Method|Field)Error|NoClassDefFoundError|ClassNotFoundException|UnsatisfiedLinkError|IncompatibleClassChangeError|AbstractMethodError|Missing(?:Method|Field)Exception|TypeLoadException|SSL\w{0,40}Exception)$/;

/** Stacks of causes are printed ones and have to be read; those of one failure are alike. */
const knownCauses = new RecentMap<string, readonly string[]>(500);

/** Causes that are longer are not remembered, so that the memory is bounded. */
const MAX_REMEMBERED_CAUSE = 4_096;

function partsOfCause(cause: Cause): readonly string[] {
  const key = `${cause.type}\0${cause.message}\0${cause.stackTrace ?? ''}`;
  const before = knownCauses.get(key);
  if (before) return before;
  const parts = readCause(cause);
  if (key.length <= MAX_REMEMBERED_CAUSE) knownCauses.set(key, parts);
  return parts;
}

function readCause({ type, message, stackTrace }: Cause): readonly string[] {
  const read = stackTrace === undefined ? [] : parseStack(stackTrace);
  const { frames: told, place, isThrownByLibrary } = tellingOf(read);
  const isOwn = place !== 'none';
  const isTooDeep = ranOver(type, message);
  const frames = isTooDeep ? circleOf(read, told) : told;
  return [
    `cause:${type}`,
    ...(isOwn ? frames.slice(0, 3).map((frame) => `cause-frame:${frame}`) : []),
    // Where a library fails differs from release to release; what it says does not.
    ...(isOwn && (isTooDeep || !isThrownByLibrary) ? [] : [`cause-message:${gistOf(message)}`]),
    ...codesIn(message).map((code) => `cause-code:${code}`),
  ];
}

/** What a stack tells of its failure. */
interface Telling {
  /** The service's own frames if there are any, else all; without machinery and without repetition. */
  readonly frames: readonly string[];
  /** How it tells the place: not at all, by frames of the service's code, or by those of a bundle. */
  readonly place: 'none' | 'code' | 'bundle';
  /** It was a library or the runtime that gave up. */
  readonly isThrownByLibrary: boolean;
}

const NOTHING_TOLD: Telling = { frames: [], place: 'none', isThrownByLibrary: false };

/** One walk; frames behind those that take part are not looked at. */
function tellingOf(frames: readonly StackFrame[]): Telling {
  // Recursion, direct (a a a) or through others (a b a b), must not make a group a depth.
  const own = new Set<string>();
  const others = new Set<string>();
  let [first, firstOfCode, firstOwn]: (StackFrame | undefined)[] = [];
  let [isBehindOthers, work]: [boolean, string | undefined] = [false, undefined];
  for (const frame of frames) {
    if (own.size === MAX_FRAMES) break;
    const known = knownFrame(frame);
    if (known.isNoise) continue;
    if (known.isOuterEnd && own.size > 0) break;
    first ??= frame;
    if (!isEngine(frame.file)) firstOfCode ??= frame;
    if (known.isOwn) firstOwn ??= frame;
    else isBehindOthers = true;
    const kept = firstOwn === undefined ? others : own;
    if (known.isOwn !== (firstOwn !== undefined) || kept.size === MAX_FRAMES || known.text === undefined) continue;
    if (own.size > 0 && isPassedOver(known, isBehindOthers, work)) continue;
    kept.add(known.text);
    if (known.isOwn) [isBehindOthers, work] = [false, known.work];
  }
  // Engines of browsers differ in what they show of themselves.
  const isInBundle = isBundle(firstOfCode?.file) || isBundle(firstOwn?.file);
  const thrower = isInBundle ? firstOfCode : first;
  return {
    frames: [...(firstOwn === undefined ? others : own)],
    place: firstOwn === undefined ? 'none' : isInBundle ? 'bundle' : 'code',
    isThrownByLibrary: thrower !== undefined && (thrower !== firstOwn || callsBuiltIn(thrower)),
  };
}

/** Whether an own frame says nothing that those before it do not. */
function isPassedOver({ isEntry, work }: KnownFrame, isBehindOthers: boolean, workBefore: string | undefined): boolean {
  return (isEntry && isBehindOthers) || (work !== undefined && work === workBefore);
}

function isEngine(file: string | undefined): boolean {
  return file === 'native' || file === '[native code]' || file === '<anonymous>';
}

/** Whether a stack ran over. */
function ranOver(type: string, message: string): boolean {
  return RAN_OVER.test(type) || SAID_TO_RUN_OVER.test(message);
}

const RAN_OVER = /^(?:RecursionError|SystemStackError|Stack_overflow|(?:.{1,60}\.)?StackOverflow(?:Error|Exception)?)$/;

/** The same in words of JavaScript, Python, Go, PHP, Lua and of serializers that follow a circle. */
const SAID_TO_RUN_OVER =
  /^(?:Maximum call stack size (?:exceeded|of \d)|too much recursion|maximum recursion depth exceeded|Maximum function nesting level|(?:runtime: )?goroutine stack exceeds|stack overflow\b|stack level too deep|Infinite recursion \(StackOverflowError\))/i;

/**
 * The frames of a recursion in no order: which of the circle was the last is chance, and what it had just called too. Those of the circle
 * come again and again; those that only some rounds pass through come less often.
 */
function circleOf(frames: readonly StackFrame[], contributing: readonly string[]): readonly string[] {
  const taking = new Set(contributing);
  const times = new Map<string, number>();
  const texts = frames.map((frame) => knownFrame(frame).text).filter((text) => text !== undefined && taking.has(text));
  for (const text of texts) times.set(text ?? '', (times.get(text ?? '') ?? 0) + 1);
  const most = Math.max(0, ...times.values());
  if (most < 2) return [...taking].sort();
  // Where a round is nearly as long as what is shown, the first of it comes twice and the rest once.
  const called = texts.findIndex((text) => (times.get(text ?? '') ?? 0) > 1);
  const inCircle = new Set(texts.slice(called));
  return [...taking].filter((text) => inCircle.has(text) && (times.get(text) ?? 0) >= most - 1).sort();
}

function titleOf({ errorType, errorMessage }: Occurrence): string {
  const line =
    errorMessage
      .split('\n')
      .find((text) => text.trim() !== '')
      ?.trim() ?? '';
  const title = line === '' ? errorType : `${errorType}: ${line}`;
  return cutText(title, MAX_TITLE);
}

function culpritOf({ frames, endpoint, method }: Occurrence): string {
  const frame = frames.find((one) => one.inApp && !knownFrame(one).isNoise) ?? frames[0];
  if (frame) {
    const file = frame.file?.split(/[\\/]/).slice(-2).join('/') ?? frame.module ?? '';
    const name = functionName(frame);
    return (name === undefined ? file : `${name} (${file})`).slice(0, 300);
  }
  return endpoint === null ? '' : `${method === null ? '' : `${method} `}${endpoint}`.slice(0, 300);
}
