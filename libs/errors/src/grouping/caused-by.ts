import { LIMITS } from '../occurrences/limits.js';
import type { Cause } from '../occurrences/occurrence.js';

const CAUSED_BY = /^\s{0,16}Caused by: ([\w.$]{1,256})(?:: (.{0,1000}))?$/;

/** The failures behind a failure, as Java prints them below its stack; without what both stacks have in common. */
export function causesIn(stack: string): Cause[] {
  if (!stack.includes('Caused by: ')) return [];
  const causes: { type: string; message: string; lines: string[] }[] = [];
  for (const line of stack.split(/\r\n|\r|\n/)) {
    const match = line.length > 1_400 ? null : CAUSED_BY.exec(line);
    if (match) {
      if (causes.length === LIMITS.causes) break;
      causes.push({ type: match[1] ?? '', message: match[2] ?? '', lines: [] });
    }
    causes.at(-1)?.lines.push(line);
  }
  return causes.map(({ type, message, lines }) => ({ type, message, stackTrace: lines.slice(1).join('\n') }));
}
