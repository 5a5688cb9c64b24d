import type { Occurrence, StackFrame } from '../occurrences/occurrence.js';
import { formerKey } from './former-key.js';
import { discriminators } from './g2-error-codes.js';
import { isInApp } from './g2-foreign-code.js';
import { messageTemplate } from './g2-message-template.js';
import { moduleName } from './g2-module-name.js';
import { isNoise } from './g3-foreign-code.js';
import { describe } from './g3-known-frame.js';

const MAX_FRAMES = 12;

/** The key by the rules of version `g2`, as they were. */
export function keyOfG2(occurrence: Occurrence): string {
  const framesOf = ({ frames }: Occurrence): string[] => contributingFrames(frames);
  return formerKey(occurrence, { version: 'g2', framesOf, contributingFrames, messageTemplate, discriminators });
}

function contributingFrames(frames: readonly StackFrame[]): string[] {
  const telling = frames.filter((frame) => !isNoise(frame));
  const own = telling.filter(({ inApp, module, file }) => inApp && (module !== undefined || isInApp(file)));
  const described = (own.length > 0 ? own : telling)
    .map((frame) => describe(frame, moduleName))
    .filter((text) => text !== undefined);
  return [...new Set(described)].slice(0, MAX_FRAMES);
}
