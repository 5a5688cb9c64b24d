import { createHash } from 'node:crypto';
import type { Cause, Occurrence, StackFrame } from '../occurrences/occurrence.js';
import { parseStack } from '../grouping/stack-frames.js';
import { discriminators } from './g2-error-codes.js';
import { isInApp, isNoise } from './g2-foreign-code.js';
import { messageTemplate } from './g2-message-template.js';
import { className, functionName, isBundle } from './g3-module-name.js';
import { moduleName } from './g2-module-name.js';

const MAX_FRAMES = 12;
const MAX_CAUSES = 2;

/** The key by the rules of version `g2`, as they were. */
export function keyOfG2(occurrence: Occurrence): string {
  const own = defaultParts(occurrence);
  const custom = occurrence.fingerprint ?? [];
  const isCustom = custom.length > 0 && !custom.every((part) => isDefaultMark(part));
  const parts = isCustom ? custom.flatMap((part) => (isDefaultMark(part) ? own : [part])) : own;
  return `g2:${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

function isDefaultMark(part: string): boolean {
  return /^\{\{\s*default\s*\}\}$/.test(part);
}

function defaultParts(occurrence: Occurrence): string[] {
  const frames = occurrence.isMessage ? [] : contributingFrames(occurrence.frames);
  return [
    `type:${occurrence.errorType}`,
    ...(frames.length > 0
      ? frames.map((frame) => `frame:${frame}`)
      : [`message:${messageTemplate(occurrence.template ?? occurrence.errorMessage)}`]),
    ...discriminators(occurrence, frames.length === 0 ? 'none' : placeOf(occurrence.frames)),
    ...occurrence.causes.slice(0, MAX_CAUSES).flatMap(partsOfCause),
  ];
}

function partsOfCause({ type, message, stackTrace }: Cause): string[] {
  const inner = stackTrace === undefined ? [] : contributingFrames(parseStack(stackTrace));
  return [
    `cause:${type}`,
    ...(inner.length > 0
      ? inner.slice(0, 3).map((frame) => `cause-frame:${frame}`)
      : [`cause-message:${messageTemplate(message)}`]),
  ];
}

function placeOf(frames: readonly StackFrame[]): 'none' | 'code' | 'bundle' {
  const own = frames.filter(({ inApp }) => inApp);
  if (own.length === 0) return 'none';
  return own.some(({ file }) => isBundle(file)) ? 'bundle' : 'code';
}

function contributingFrames(frames: readonly StackFrame[]): string[] {
  const telling = frames.filter((frame) => !isNoise(frame));
  const own = telling.filter(({ inApp, module, file }) => inApp && (module !== undefined || isInApp(file)));
  const described = (own.length > 0 ? own : telling).map(describe).filter((text) => text !== undefined);
  return [...new Set(described)].slice(0, MAX_FRAMES);
}

function describe(frame: StackFrame): string | undefined {
  const place = frame.module === undefined ? moduleName(frame.file) : className(frame.module);
  const name = functionName(frame);
  const isInBundle = frame.module === undefined && isBundle(frame.file);
  const source = isInBundle ? undefined : frame.source?.replace(/\s+/g, ' ');
  if (name === undefined && source === undefined) return isInBundle || place === '' ? undefined : place;
  return [place, name, source].filter((part) => part !== undefined && part !== '').join('|');
}
