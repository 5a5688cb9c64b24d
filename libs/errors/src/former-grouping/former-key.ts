import { createHash } from 'node:crypto';
import type { Cause, Occurrence, StackFrame } from '../occurrences/occurrence.js';
import { parseStack } from '../grouping/stack-frames.js';
import { isBundle } from './g3-module-name.js';

/** What former versions of the rules differ in. */
export interface FormerRules {
  readonly version: string;
  /** Frames of a failure, as text. */
  readonly framesOf: (occurrence: Occurrence) => string[];
  /** Frames of a cause, as text. */
  readonly contributingFrames: (frames: readonly StackFrame[]) => string[];
  readonly messageTemplate: (message: string) => string;
  readonly discriminators: (occurrence: Occurrence, ownFrames: 'none' | 'code' | 'bundle') => string[];
}

const MAX_CAUSES = 2;

/** The key of a failure by some former rules, as it was. */
export function formerKey(occurrence: Occurrence, rules: FormerRules): string {
  const own = defaultParts(occurrence, rules);
  const custom = occurrence.fingerprint ?? [];
  const isCustom = custom.length > 0 && !custom.every((part) => isDefaultMark(part));
  const parts = isCustom ? custom.flatMap((part) => (isDefaultMark(part) ? own : [part])) : own;
  return `${rules.version}:${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

function isDefaultMark(part: string): boolean {
  return /^\{\{\s*default\s*\}\}$/.test(part);
}

function defaultParts(occurrence: Occurrence, rules: FormerRules): string[] {
  const frames = occurrence.isMessage ? [] : rules.framesOf(occurrence);
  return [
    `type:${occurrence.errorType}`,
    ...(frames.length > 0
      ? frames.map((frame) => `frame:${frame}`)
      : [`message:${rules.messageTemplate(occurrence.template ?? occurrence.errorMessage)}`]),
    ...rules.discriminators(occurrence, frames.length === 0 ? 'none' : placeOf(occurrence.frames)),
    ...occurrence.causes.slice(0, MAX_CAUSES).flatMap((cause) => partsOfCause(cause, rules)),
  ];
}

function partsOfCause({ type, message, stackTrace }: Cause, rules: FormerRules): string[] {
  const inner = stackTrace === undefined ? [] : rules.contributingFrames(parseStack(stackTrace));
  return [
    `cause:${type}`,
    ...(inner.length > 0
      ? inner.slice(0, 3).map((frame) => `cause-frame:${frame}`)
      : [`cause-message:${rules.messageTemplate(message)}`]),
  ];
}

function placeOf(frames: readonly StackFrame[]): 'none' | 'code' | 'bundle' {
  const own = frames.filter(({ inApp }) => inApp);
  if (own.length === 0) return 'none';
  return own.some(({ file }) => isBundle(file)) ? 'bundle' : 'code';
}
