import { LIMITS } from '../occurrences/limits.js';
import type { Cause } from '../occurrences/occurrence.js';

/** Type and message of the failure that a line begins with: Java, Node, .NET. */
const CAUSED_BY =
  /^\s{0,16}(?:Caused by: |\[cause\]: |---> )([\w.$`]{1,256})(?: \((?:0x[0-9A-F]{8}|\d{1,9})\))?(?:: (.{0,1000}))?$/;

/** Between two failures of Python, the one behind first. */
const PYTHON_CHAIN =
  /\n\s{0,16}(?:The above exception was the direct cause of the following exception|During handling of the above exception, another exception occurred):\n/;

/** The last line of a stack of Python. */
const PYTHON_FAILURE = /^([A-Za-z_][\w.]{0,255})(?:: (.{0,1000}))?$/;

/** The failures behind a failure, as runtimes print them beside its stack, the nearest first; without what both stacks have in common. */
export function causesIn(stack: string): Cause[] {
  if (stack.includes('exception')) {
    const chain = stack.split(PYTHON_CHAIN);
    if (chain.length > 1) return chain.slice(0, -1).slice(-LIMITS.causes).reverse().map(causeOfPython);
  }
  if (!/Caused by: |\[cause\]: |---> /.test(stack)) return [];
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

function causeOfPython(stack: string): Cause {
  const lines = stack.trimEnd().split('\n');
  const [, type = 'Exception', message = ''] =
    lines.map((line) => PYTHON_FAILURE.exec(line)).findLast((found) => found !== null) ?? [];
  return { type, message, stackTrace: stack };
}
