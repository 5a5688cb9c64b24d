import { cutText } from '#platform/kernel';
import type { ErrorDraft } from './error-draft.js';
import type { Cause, StackFrame } from './occurrence.js';

/** What the ledger keeps of one report; docs/errors.md lists it. Whatever is beyond is cut at the door, and the cut is marked. */
export const LIMITS = {
  /** Characters of a type, function, service, release, id and the like. */
  name: 256,
  /** Characters of a file's name, and of an endpoint. */
  file: 1_024,
  /** Characters of a source line. */
  source: 200,
  /** Frames of the service's own code, nearest to the failure, whose lines around and variables are kept. */
  framesWithDetail: 5,
  /** Variables of one frame, and characters of one as JSON. */
  variables: 30,
  variable: 1_024,
  /** Source lines before and after that of a frame. */
  linesAround: 3,
  message: 8_192,
  stackTrace: 65_536,
  frames: 250,
  causes: 10,
  breadcrumbs: 100,
  tags: 100,
  fingerprint: 20,
} as const;

/** The same for what a report may hold in any shape. */
export const BOUNDS = {
  depth: 12,
  members: 250,
  values: 10_000,
  characters: 256 * 1024,
  text: 65_536,
  key: 256,
} as const;

/** JSON of a report with more than that is pruned before it is parsed. */
export const JSON_BOUNDS = { depth: 24, values: 20_000 } as const;

type Texts = Omit<
  ErrorDraft,
  'errorId' | 'timestamp' | 'sentAt' | 'severity' | 'category' | 'status' | 'projectId' | 'isMessage'
>;

/** The texts of a draft, cut where they have a limit of their own, the telling parts first: what comes last is left out first. */
export function withinLimits(texts: Texts): Texts {
  return {
    errorType: cutText(texts.errorType, LIMITS.name),
    message: cutText(texts.message, LIMITS.message),
    template: texts.template === undefined ? undefined : cutText(texts.template, LIMITS.message),
    stackTrace: texts.stackTrace === undefined ? undefined : cutText(texts.stackTrace, LIMITS.stackTrace),
    service: name(texts.service),
    release: name(texts.release),
    environment: name(texts.environment),
    correlationId: name(texts.correlationId),
    userId: name(texts.userId),
    endpoint: texts.endpoint === undefined ? undefined : cutText(texts.endpoint, LIMITS.file),
    method: name(texts.method),
    code: name(texts.code),
    constraint: name(texts.constraint),
    fingerprint: texts.fingerprint?.slice(0, LIMITS.fingerprint).map((part) => cutText(part, LIMITS.name)),
    frames: texts.frames?.slice(0, LIMITS.frames).map(frameWithinLimits),
    causes: texts.causes?.slice(0, LIMITS.causes).map(causeWithinLimits),
    tags: texts.tags,
    user: texts.user,
    context: texts.context,
    contexts: texts.contexts,
    breadcrumbs: texts.breadcrumbs?.slice(-LIMITS.breadcrumbs),
  };
}

/** A frame as it is kept. */
export function frameWithinLimits(frame: StackFrame): StackFrame {
  const { file, source, before, after, variables } = frame;
  // Written out: copies of objects whose shapes differ take ten times as long, and a report has hundreds of frames.
  return {
    function: name(frame.function),
    module: name(frame.module),
    file: file === undefined ? undefined : cutText(file, LIMITS.file),
    line: frame.line,
    column: frame.column,
    source: source === undefined ? undefined : cutText(source, LIMITS.source),
    before: before?.slice(-LIMITS.linesAround).map((line) => cutText(line, LIMITS.source)),
    after: after?.slice(0, LIMITS.linesAround).map((line) => cutText(line, LIMITS.source)),
    variables: variables === undefined ? undefined : variablesWithinLimits(variables),
    inApp: frame.inApp,
  };
}

/** What is too large to be kept whole is kept as the beginning of its JSON. */
function variablesWithinLimits(variables: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(variables).slice(0, LIMITS.variables);
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (typeof value === 'string') return [key, cutText(value, LIMITS.variable)];
      if (typeof value !== 'object' || value === null) return [key, value];
      const json = JSON.stringify(value);
      return [key, json.length <= LIMITS.variable ? value : cutText(json, LIMITS.variable)];
    }),
  );
}

function causeWithinLimits({ type, message, stackTrace }: Cause): Cause {
  return {
    type: cutText(type, LIMITS.name),
    message: cutText(message, LIMITS.message),
    stackTrace: stackTrace === undefined ? undefined : cutText(stackTrace, LIMITS.message),
  };
}

function name(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cutText(text, LIMITS.name);
}
