import type { Occurrence, StackFrame } from '../occurrences/occurrence.js';
import { formerKey } from './former-key.js';
import { discriminators } from './g3-error-codes.js';
import { knownFrame } from './g3-known-frame.js';
import { messageTemplate } from './g3-message-template.js';

const MAX_FRAMES = 12;

/** The key by the rules of version `g3`, as they were. */
export function keyOfG3(occurrence: Occurrence): string {
  return formerKey(occurrence, { version: 'g3', framesOf, contributingFrames, messageTemplate, discriminators });
}

/** A stack that ran over: which frame of the circle was the last is chance, and what it had just called too. */
const RAN_OVER = /^(?:RecursionError|SystemStackError|(?:.{1,60}\.)?StackOverflow(?:Error|Exception)?)$/;

function framesOf({ frames, errorType, errorMessage }: Occurrence): string[] {
  const contributing = contributingFrames(frames);
  if (!RAN_OVER.test(errorType) && !/^(?:Maximum call stack size exceeded|too much recursion)/.test(errorMessage)) {
    return contributing;
  }
  const times = new Map<string, number>();
  for (const { text } of frames.map(knownFrame)) {
    if (text !== undefined) times.set(text, (times.get(text) ?? 0) + 1);
  }
  const repeated = contributing.filter((text) => (times.get(text) ?? 0) > 1);
  return (repeated.length > 0 ? repeated : contributing).sort();
}

/** The service's own frames if there are any, else all; without machinery and without repetition. Those behind them are not looked at. */
function contributingFrames(frames: readonly StackFrame[]): string[] {
  // Recursion, direct (a a a) or through others (a b a b), must not make a group a depth.
  const own = new Set<string>();
  const others = new Set<string>();
  let hasOwn = false;
  for (const frame of frames) {
    if (own.size === MAX_FRAMES) break;
    const known = knownFrame(frame);
    hasOwn ||= known.isOwn;
    const kept = hasOwn ? own : others;
    if (known.isNoise || known.isOwn !== hasOwn || kept.size === MAX_FRAMES) continue;
    if (known.text !== undefined) kept.add(known.text);
  }
  return [...(hasOwn ? own : others)];
}
