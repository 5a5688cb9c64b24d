import type { StackFrame } from './occurrence.js';

/** Frames read from one stack; a longer one is a recursion. */
const MAX_FRAMES = 250;

/** A longer line is no frame. */
const MAX_LINE = 1_400;

/** Libraries and runtimes: their frames say how, not where. */
const FOREIGN =
  /(^|[\\/])(node_modules|site-packages|dist-packages|vendor)[\\/]|^node:|^internal\/|^<frozen |[\\/]lib[\\/]python\d[^\\/]*[\\/]|^<(anonymous|string)>$|^native$|^index \d+$/;

/** Frames of machinery that come and go with the runtime's version. */
const NOISE =
  /^(process\.)?(processTicksAndRejections|runMicrotasks|runNextTicks|queueMicrotask|nextTick|__awaiter|fulfilled|rejected|generatorStep|_next|Promise\.(all|allSettled|any|race)|<(listcomp|dictcomp|setcomp)>)$/;

const NODE_FRAME = /^\s{0,16}at /;
const POSITION = /:(\d{1,9})(?::(\d{1,9}))?$/;
const PYTHON_FRAME = /^\s{0,16}File "([^"]+)", line (\d+)(?:, in (.+))?$/;

/**
 * Reads the frames of a stack as Node (V8) and Python print it, the place of the failure first. Of a chain the outermost
 * failure is read: the first of Node's, the last of Python's.
 */
export function parseStack(stack: string): StackFrame[] {
  const lines = stack.split('\n');
  return lines.some((line) => PYTHON_FRAME.test(line)) ? parsePython(lines) : parseNode(lines);
}

/** Whether a file belongs to the reporting service itself. */
export function isInApp(file: string | undefined): boolean {
  return file !== undefined && file !== '' && !FOREIGN.test(file.replace(/^file:\/\//, ''));
}

/** Whether a function is machinery of the runtime and says nothing about a failure. */
export function isNoise(name: string | undefined): boolean {
  return name !== undefined && NOISE.test(name.replace(/^async /, ''));
}

function parseNode(lines: readonly string[]): StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of lines) {
    // Node prints causes below the stack they belong to.
    if (/^\s{0,16}(?:\[cause\]|Caused by:)/.test(line)) break;
    if (frames.length === MAX_FRAMES) break;
    const head = line.length > MAX_LINE ? undefined : NODE_FRAME.exec(line)?.[0];
    const frame = head === undefined ? undefined : nodeFrame(line.slice(head.length));
    if (frame) frames.push(frame);
  }
  return frames;
}

/** `function (place)`, or the place alone; a place is a file with line and column, and may have brackets of its own. */
function nodeFrame(text: string): StackFrame | undefined {
  const open = text.endsWith(')') ? text.indexOf(' (') : -1;
  const place = open === -1 ? text : text.slice(open + 2, -1);
  const [row, column] = POSITION.exec(place)?.slice(1) ?? [];
  const file = place.replace(POSITION, '');
  if (file === '' || (open === -1 && !isBalanced(file))) return undefined;
  return {
    function: open === -1 ? undefined : text.slice(0, open),
    file,
    line: row === undefined ? undefined : Number(row),
    column: column === undefined ? undefined : Number(column),
    inApp: isInApp(file),
  };
}

function isBalanced(text: string): boolean {
  return text.split('(').length === text.split(')').length;
}

function parsePython(lines: readonly string[]): StackFrame[] {
  let frames: StackFrame[] = [];
  lines.forEach((line, index) => {
    if (/^\s{0,16}Traceback \(most recent call last\)/.test(line)) frames = [];
    const match = line.length > MAX_LINE ? null : PYTHON_FRAME.exec(line);
    if (!match) return;
    const [, file, row, name] = match;
    const next = lines[index + 1];
    const hasSource = next !== undefined && /^\s{4,}\S/.test(next) && !PYTHON_FRAME.test(next);
    frames.push({
      function: name,
      file,
      line: Number(row),
      source: hasSource ? next.trim().slice(0, 120) : undefined,
      inApp: isInApp(file),
    });
  });
  return frames.slice(-MAX_FRAMES).reverse();
}
