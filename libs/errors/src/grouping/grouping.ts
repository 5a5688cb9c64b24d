import { createHash } from 'node:crypto';
import { cutText, RecentMap } from '#platform/kernel';
import type { Cause, Occurrence, StackFrame } from '../occurrences/occurrence.js';
import { codesIn, discriminators } from './error-codes.js';
import { callsBuiltIn } from './foreign-code.js';
import { knownFrame } from './known-frame.js';
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
  const frames = ranOver(occurrence) ? circleOf(occurrence.frames, telling.frames) : telling.frames;
  const basis = frames.length > 0 ? 'stack' : 'message';
  const isSaidByOthers = basis === 'stack' && (telling.isThrownByLibrary || SAID_BY_RUNTIME.test(errorType));
  const parts = [
    `type:${errorType === 'InternalError' && ranOver(occurrence) ? 'RangeError' : errorType}`,
    ...(basis === 'stack'
      ? frames.map((frame) => `frame:${frame}`)
      : [`message:${messageTemplate(occurrence.template ?? errorMessage)}`]),
    ...(isSaidByOthers ? [`said:${gistOf(errorMessage)}`] : []),
    ...discriminators(occurrence, telling.place),
    ...causes.slice(0, MAX_CAUSES).flatMap(partsOfCause),
  ];
  return { basis, parts };
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
  const { frames, place, isThrownByLibrary } = tellingOf(stackTrace === undefined ? [] : parseStack(stackTrace));
  const isOwn = place !== 'none';
  return [
    `cause:${type}`,
    ...(isOwn ? frames.slice(0, 3).map((frame) => `cause-frame:${frame}`) : []),
    // Where a library fails differs from release to release; what it says does not.
    ...(isOwn && !isThrownByLibrary ? [] : [`cause-message:${gistOf(message)}`]),
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
  for (const frame of frames) {
    if (own.size === MAX_FRAMES) break;
    const { isNoise, isOwn, text } = knownFrame(frame);
    if (isNoise) continue;
    first ??= frame;
    if (!isEngine(frame.file)) firstOfCode ??= frame;
    if (isOwn) firstOwn ??= frame;
    const kept = firstOwn === undefined ? others : own;
    if (isOwn === (firstOwn !== undefined) && kept.size < MAX_FRAMES && text !== undefined) kept.add(text);
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

function isEngine(file: string | undefined): boolean {
  return file === 'native' || file === '[native code]' || file === '<anonymous>';
}

/** A stack that ran over. */
function ranOver({ errorType, errorMessage }: Occurrence): boolean {
  return RAN_OVER.test(errorType) || /^(?:Maximum call stack size exceeded|too much recursion)/.test(errorMessage);
}

const RAN_OVER = /^(?:RecursionError|SystemStackError|(?:.{1,60}\.)?StackOverflow(?:Error|Exception)?)$/;

/** The frames of a recursion in no order: which of the circle was the last is chance, and what it had just called too. */
function circleOf(frames: readonly StackFrame[], contributing: readonly string[]): readonly string[] {
  const times = new Map<string, number>();
  for (const { text } of frames.map(knownFrame)) {
    if (text !== undefined) times.set(text, (times.get(text) ?? 0) + 1);
  }
  const repeated = contributing.filter((text) => (times.get(text) ?? 0) > 1);
  return (repeated.length > 0 ? repeated : [...contributing]).sort();
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
