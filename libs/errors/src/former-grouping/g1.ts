import { createHash } from 'node:crypto';
import type { Occurrence, StackFrame } from '../occurrences/occurrence.js';
import { parseStack } from '../grouping/stack-frames.js';

/** The key by the rules of version `g1`, as they were. */
export function keyOfG1(occurrence: Occurrence): string {
  const own = defaultParts(occurrence);
  const custom = occurrence.fingerprint ?? [];
  const isCustom = custom.length > 0 && !custom.every((part) => isDefaultMark(part));
  const parts = isCustom ? custom.flatMap((part) => (isDefaultMark(part) ? own.parts : [part])) : own.parts;
  return `g1:${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

const MAX_FRAMES = 12;
const MAX_CAUSES = 2;

const FOREIGN =
  /(^|[\\/])(node_modules|site-packages|dist-packages|vendor)[\\/]|^node:|^internal\/|^<frozen |[\\/]lib[\\/]python\d[^\\/]*[\\/]|^<(anonymous|string)>$|^native$|^index \d+$/;
const NOISE =
  /^(process\.)?(processTicksAndRejections|runMicrotasks|runNextTicks|queueMicrotask|nextTick|__awaiter|fulfilled|rejected|generatorStep|_next|Promise\.(all|allSettled|any|race)|<(listcomp|dictcomp|setcomp)>)$/;

function isInApp(file: string | undefined): boolean {
  return file !== undefined && file !== '' && !FOREIGN.test(file.replace(/^file:\/\//, ''));
}

function isNoise(name: string | undefined): boolean {
  return name !== undefined && NOISE.test(name.replace(/^async /, ''));
}

function isDefaultMark(part: string): boolean {
  return /^\{\{\s*default\s*\}\}$/.test(part);
}

function defaultParts(occurrence: Occurrence): { basis: 'stack' | 'message'; parts: string[] } {
  const frames = occurrence.isMessage ? [] : contributingFrames(occurrence.frames);
  const basis = frames.length > 0 ? 'stack' : 'message';
  const parts = [
    `type:${occurrence.errorType}`,
    ...(basis === 'stack'
      ? frames.map((frame) => `frame:${frame}`)
      : [`message:${messageTemplate(occurrence.errorMessage)}`]),
    ...discriminators(occurrence, frames.length > 0 && occurrence.frames.some(({ inApp }) => inApp)),
  ];
  for (const { type, message, stackTrace } of occurrence.causes.slice(0, MAX_CAUSES)) {
    const inner = stackTrace === undefined ? [] : contributingFrames(parseStack(stackTrace));
    parts.push(
      `cause:${type}`,
      ...(inner.length > 0
        ? inner.slice(0, 3).map((frame) => `cause-frame:${frame}`)
        : [`cause-message:${messageTemplate(message)}`]),
    );
  }
  return { basis, parts };
}

/** The service's own frames if there are any, else all; without machinery and without repetition. */
function contributingFrames(frames: readonly StackFrame[]): string[] {
  const telling = frames.filter((frame) => !isNoise(frame.function));
  const own = telling.filter((frame) => frame.inApp && isInApp(frame.file));
  const described = (own.length > 0 ? own : telling).map(describeFrame).filter((frame) => frame !== undefined);
  // Recursion, direct (a a a) or through others (a b a b), must not make a group a depth.
  return [...new Set(described)].slice(0, MAX_FRAMES);
}

function describeFrame(frame: StackFrame): string | undefined {
  const file = moduleName(frame.file);
  const name = functionName(frame.function, frame.file);
  if (name === undefined && frame.source === undefined) return isUrl(frame.file) || file === '' ? undefined : file;
  const source = frame.source?.replace(/\s+/g, ' ');
  return [file, name, source].filter((part) => part !== undefined && part !== '').join('|');
}

/** Names that say nothing without their folder. */
const VAGUE_NAME =
  /^(index|main|mod|__init__|__main__|route|routes|page|layout|handler|handlers|controller|service|model|models|view|views|tasks|urls|admin|utils|helpers|types)$/;

/** Folders of a build, which say nothing either. */
const BUILD_FOLDER = /^(src|dist|build|lib|out|app|)$/;

/** Package of a file that belongs to a library. */
const PACKAGE =
  /(?:node_modules|site-packages|dist-packages)[\\/](?!\.)((?:@[^\\/]+[\\/])?[^\\/]+)[\\/](?!.*(?:node_modules|site-packages)[\\/])/;

/** File name without directory, extension, query and the hash a bundler puts in; with its folder or package where it needs one. */
function moduleName(file: string | undefined): string {
  const path = (file ?? '').split(/[?#]/)[0] ?? '';
  const [folder = '', base = ''] = ['', '', ...path.split(/[\\/]/)].slice(-2);
  const name = base
    .replace(/[.-](?=[\w]*\d)[A-Za-z0-9_]{8,}(?=\.\w+$)/, '')
    .replace(/^chunk-[A-Z0-9]{8}(?=\.\w+$)/, 'chunk')
    .replace(/\.(?:[cm]?[jt]sx?|pyc?)$/, '')
    .toLowerCase();
  const owner = PACKAGE.exec(path)?.[1] ?? (VAGUE_NAME.test(name) && !BUILD_FOLDER.test(folder) ? folder : '');
  return owner === '' ? name : `${owner.replaceAll('\\', '/').toLowerCase()}/${name}`;
}

/** Function without decoration; `undefined` when the runtime has no name for it or a minifier made it up. */
function functionName(name: string | undefined, file: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const alias = name.endsWith(']') ? name.lastIndexOf(' [as ') : -1;
  const plain = (alias === -1 ? name : name.slice(0, alias))
    .replace(/^(?:async |new )+/, '')
    .replace(/^.*\.(?=[^.]+$)/, '')
    .replace(/__\d+(?:_\d+)*$/, '');
  if (/^(\?|<anonymous>|anonymous|<anonymous function>|eval|)$/.test(plain)) return undefined;
  return isUrl(file) && plain.length <= 2 ? undefined : plain;
}

function isUrl(file: string | undefined): boolean {
  return file !== undefined && /^https?:\/\//.test(file);
}

const ERRNO =
  /\b(ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|EADDRINUSE|EACCES|EPERM|ENOENT|EEXIST|EMFILE|ENOSPC|EROFS|EISDIR|ENOTDIR)\b/;
const PYTHON_ERRNO = /\[Errno (\d{1,5})\]/;
/** Status names of gRPC as its clients write them, behind their number. */
const GRPC_STATUS = /\b\d{1,2} ([A-Z]+(?:_[A-Z]+)*): /;
const STATUS_IN_TEXT =
  /\bstatus(?: code)?[ :=]+([1-5]\d\d)\b|\bHTTP(?:\/[\d.]+)?(?: Error)?[ :]+([1-5]\d\d)\b|\b([1-5]\d\d) (?:Client|Server) Error\b/i;
const CONSTRAINT_IN_TEXT = /\bconstraint "([^"]{1,63})"/;
const HTTP_SHAPED = /Http|HTTP|Axios|Fetch|Request|Response|StatusCode/;

/**
 * A closed vocabulary that keeps apart what one line of a framework throws for many reasons. The route counts only where
 * the stack does not already say whose failure it is.
 */
function discriminators(occurrence: Occurrence, hasOwnFrames: boolean): string[] {
  const { errorMessage, errorType, code, constraint, status, endpoint } = occurrence;
  const inText = STATUS_IN_TEXT.exec(errorMessage);
  const isHttp = HTTP_SHAPED.test(errorType);
  const shownStatus =
    inText?.slice(1).find((found) => found !== undefined) ??
    (isHttp && status !== undefined ? String(status) : undefined);
  const inWords = [ERRNO, PYTHON_ERRNO, GRPC_STATUS].map((pattern) => pattern.exec(errorMessage)?.[1]);
  const shownCode = code ?? inWords.find((found) => found !== undefined);
  const shownConstraint = constraint ?? CONSTRAINT_IN_TEXT.exec(errorMessage)?.[1];
  return [
    ...(shownStatus === undefined ? [] : [`status:${shownStatus}`]),
    ...(shownCode === undefined ? [] : [`code:${shownCode}`]),
    ...(shownConstraint === undefined ? [] : [`constraint:${shownConstraint}`]),
    ...(endpoint !== null && isHttp && !hasOwnFrames ? [`route:${endpoint}`] : []),
  ];
}

const VARIABLE_PARTS: readonly (readonly [name: string, pattern: string])[] = [
  ['email', String.raw`[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+`],
  ['url', String.raw`\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s'"<>()]+`],
  ['uuid', String.raw`\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b`],
  ['traceparent', String.raw`\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b`],
  ['date', String.raw`\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?`],
  ['time', String.raw`\b\d{2}:\d{2}:\d{2}(?:[.,]\d+)?\b`],
  ['ip', String.raw`\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b|\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}\b|::1\b`],
  ['hash', String.raw`\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b`],
  ['hex', String.raw`\b0x[0-9a-fA-F]+\b|\b(?=[0-9a-f]{0,38}\d)(?=[0-9a-f]{0,38}[a-f])[0-9a-f]{7,39}\b`],
  ['id', String.raw`\b(?=[\w-]{0,63}\d)(?=[\w-]{0,63}[a-z])(?=[\w-]{0,63}[A-Z])[\w-]{16,64}\b`],
  ['path', String.raw`(?<![\w.])(?:[A-Za-z]:)?(?:[\\/][\w.@-]+){2,}[\\/]?`],
  ['quoted', String.raw`(?<=[=:]\s?)'[^'\n]*'|(?<=[=:]\s?)"[^"\n]*"`],
  ['duration', String.raw`\b\d+(?:\.\d+)?\s?(?:ms|µs|us|ns|s|sec|secs|seconds|minutes|min|h|hours)\b`],
  ['number', String.raw`(?<![A-Za-z_])[-+]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?![A-Za-z_])`],
];

const ANY_VARIABLE_PART = new RegExp(VARIABLE_PARTS.map(([name, pattern]) => `(?<${name}>${pattern})`).join('|'), 'g');

const MAX_LENGTH = 1_000;

function messageTemplate(message: string): string {
  const lines = message
    .slice(0, MAX_LENGTH)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 2);
  return lines
    .join(' ')
    .replace(ANY_VARIABLE_PART, (...match: unknown[]) => {
      const groups = match.at(-1) as Record<string, string | undefined>;
      const name = Object.keys(groups).find((key) => groups[key] !== undefined);
      return `<${name}>`;
    })
    .replace(/\s+/g, ' ');
}
