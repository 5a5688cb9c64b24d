import type { Occurrence } from '../occurrences/occurrence.js';
import { keyOfG2 } from './g2.js';
import { keyOfG3 } from './g3.js';

/**
 * What the rules of former versions would have called a failure, the latest version first: it finds the group that was made by them,
 * which then goes on under the present rules (docs/adr/0027). Nothing in this folder is ever improved. How a stack is read is
 * taken from the present rules; nothing else is, and what `g2` has in common with `g3` is there once.
 */
export function formerKeysOf(occurrence: Occurrence): string[] {
  const asThenRead = isReadSince(occurrence.stackTrace ?? '') ? { ...occurrence, causes: [] } : occurrence;
  return [keyOfG3(occurrence), keyOfG2(asThenRead)];
}

/** Of the stacks that name their causes, only those of Java were read by `g2`. */
function isReadSince(stack: string): boolean {
  return (
    /^\s{0,16}(?:\[cause\]: |---> )|^\s{0,16}(?:The|During handling of the) above exception/m.test(stack) &&
    !stack.includes('Caused by: ')
  );
}
