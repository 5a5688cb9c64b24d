import type { StackFrame } from '../occurrences/occurrence.js';

/** A frame without the judgement whose code it is. */
export type Place = Omit<StackFrame, 'inApp'>;
