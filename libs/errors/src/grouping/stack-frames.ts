import type { StackFrame } from '../occurrences/occurrence.js';
import { isOwnFrame } from './foreign-code.js';
import type { Place } from './place.js';
import { STACK_FORMATS } from './stack-formats.js';

/** Frames read from one stack; a longer one is a recursion. */
const MAX_FRAMES = 250;

/** A longer line is no frame. */
const MAX_LINE = 1_400;

/**
 * Reads the frames of a stack as runtimes print it (V8, SpiderMonkey, JavaScriptCore, Hermes, Python, Java, .NET, PHP, Go, Ruby,
 * compiled code and others), the place of the failure first. Of a chain the outermost failure is read: the last of Python's, the first of all others.
 */
export function parseStack(stack: string): StackFrame[] {
  const lines = stack.split(/\r\n|\r|\n/).map((line) => (line.length > MAX_LINE ? '' : line));
  for (const [index] of lines.entries()) {
    const format = STACK_FORMATS.find(({ read }) => read(lines, index) !== undefined);
    if (!format) continue;
    const places: Place[] = [];
    for (let at = index; at < lines.length; at++) {
      const line = lines[at] ?? '';
      if (format.isLastFirst && /^\s{0,16}(?:\| )?Traceback \(most recent call last\)/.test(line)) places.length = 0;
      // Causes are printed below the stack they belong to.
      if (!format.isLastFirst && /^\s{0,16}(?:\[cause\]|Caused by:|Next |Suppressed:)/.test(line)) break;
      const place = format.read(lines, at);
      if (place) places.push(place);
      if (!format.isLastFirst && places.length === MAX_FRAMES) break;
    }
    const ordered = format.isLastFirst ? places.slice(-MAX_FRAMES).reverse() : places;
    return ordered.map((place) => {
      const { module, file, line, column, source } = place;
      return { function: place.function, module, file, line, column, source, inApp: isOwnFrame(place) };
    });
  }
  return [];
}
