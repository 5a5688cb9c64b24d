import { createHash } from 'node:crypto';
import { cutText } from '#platform/kernel';
import { messageTemplate } from './message-template.js';
import type { Occurrence, StackFrame } from './occurrence.js';
import { isInApp, isNoise, parseStack } from './stack-frames.js';

/** Version of the rules. A group keeps the version it was made with. */
export const GROUPING_VERSION = 'g1';

/** Frames nearest to the failure that take part. */
const MAX_FRAMES = 12;

/** Characters of a group's title. */
const MAX_TITLE = 200;

/** Failures of a chain that take part. */
const MAX_CAUSES = 2;

/** Why an occurrence is in its group. */
export interface GroupingReason {
  readonly version: string;
  readonly basis: 'fingerprint' | 'stack' | 'message';
  /** What was hashed: two occurrences with the same parts are in one group. */
  readonly parts: readonly string[];
  /** The same for a person, in a sentence. */
  readonly explanation: string;
}

export interface Grouping {
  /** `g1:` and 32 hexadecimal digits. */
  readonly key: string;
  readonly why: GroupingReason;
  readonly title: string;
  /** Where it happened: `function (file)`, or the route. */
  readonly culprit: string;
}

/** Decides which group an occurrence belongs to. The same input gives the same key in every process and release. */
export function groupingOf(occurrence: Occurrence): Grouping {
  const own = defaultParts(occurrence);
  const custom = occurrence.fingerprint ?? [];
  const isCustom = custom.length > 0 && !custom.every((part) => isDefaultMark(part));
  const parts = isCustom ? custom.flatMap((part) => (isDefaultMark(part) ? own.parts : [part])) : own.parts;
  const basis = isCustom ? 'fingerprint' : own.basis;
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return {
    key: `${GROUPING_VERSION}:${hash}`,
    why: { version: GROUPING_VERSION, basis, parts, explanation: EXPLANATIONS[basis] },
    title: titleOf(occurrence),
    culprit: culpritOf(occurrence),
  };
}

const EXPLANATIONS: Readonly<Record<GroupingReason['basis'], string>> = {
  fingerprint: 'The reporter chose the group by a fingerprint.',
  stack: 'Same kind of failure from the same place: type and frames of the stack, without line numbers.',
  message: 'Same kind of failure with the same message, apart from ids, numbers, dates and the like.',
};

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

function titleOf({ errorType, errorMessage }: Occurrence): string {
  const line =
    errorMessage
      .split('\n')
      .find((text) => text.trim() !== '')
      ?.trim() ?? '';
  const title = line === '' ? errorType : `${errorType}: ${line}`;
  return cutText(title, MAX_TITLE);
}

function culpritOf({ frames, endpoint, method }: Occurrence): string {
  const frame = frames.find(({ inApp, function: name }) => inApp && !isNoise(name)) ?? frames[0];
  if (frame) {
    const file = frame.file?.split(/[\\/]/).slice(-2).join('/') ?? '';
    const name = functionName(frame.function, frame.file);
    return (name === undefined ? file : `${name} (${file})`).slice(0, 300);
  }
  return endpoint === null ? '' : `${method === null ? '' : `${method} `}${endpoint}`.slice(0, 300);
}
