import type { Occurrence } from '../occurrences/occurrence.js';
import { keyOfG1 } from './g1.js';
import { keyOfG2 } from './g2.js';

/**
 * What the rules of former versions would have called a failure, the latest version first: it finds the group that was made by them,
 * which then goes on under the present rules (docs/adr/0024). Nothing in this folder is ever improved. What did not change since is
 * taken from the present rules; who changes that puts a copy here first, and a spec shows when that was forgotten.
 */
export function formerKeysOf(occurrence: Occurrence): string[] {
  const asThenRead = isReadSince(occurrence.stackTrace ?? '') ? { ...occurrence, causes: [] } : occurrence;
  return [keyOfG2(asThenRead), keyOfG1(asThenRead)];
}

/** Of the stacks that name their causes, only those of Java were read then. */
function isReadSince(stack: string): boolean {
  return (
    /^\s{0,16}(?:\[cause\]: |---> )|^\s{0,16}(?:The|During handling of the) above exception/m.test(stack) &&
    !stack.includes('Caused by: ')
  );
}
