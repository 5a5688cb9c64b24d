import { RecentMap } from '#platform/kernel';
import type { StackFrame } from '../occurrences/occurrence.js';
import { isInApp, isNoise } from './foreign-code.js';
import { className, functionName, isBundle, moduleName } from './module-name.js';

/** The parts of a frame that take part in grouping; lines and variables do not. */
type Telling = Pick<StackFrame, 'inApp' | 'function' | 'module' | 'file' | 'source'>;

/** What grouping makes of a frame. */
export interface KnownFrame {
  /** Of the service's own code, and no machinery. */
  readonly isOwn: boolean;
  /** Machinery, which says nothing about a failure. */
  readonly isNoise: boolean;
  /** Module, function and source line without what differs from build to build; `undefined` when nothing is left, and of machinery. */
  readonly text: string | undefined;
}

/** The frames of a program are few and come again and again; working them out takes most of the time of grouping. */
const remembered = new RecentMap<string, KnownFrame>(2_000);

/** Frames that are longer are not remembered, so that the memory is bounded. */
const MAX_REMEMBERED_KEY = 1_000;

/** What grouping makes of a frame, remembered if it was seen lately. */
export function knownFrame(frame: StackFrame): KnownFrame {
  const { inApp, function: name, module, file, source } = frame;
  const key = `${inApp}\0${name ?? ''}\0${module ?? ''}\0${file ?? ''}\0${source ?? ''}`;
  const before = remembered.get(key);
  if (before) return before;
  const known = read(frame);
  if (key.length <= MAX_REMEMBERED_KEY) remembered.set(key, { ...known, text: ofItsOwn(known.text) });
  return known;
}

function read(frame: Telling): KnownFrame {
  const { inApp, module, file } = frame;
  if (isNoise(frame)) return { isNoise: true, isOwn: false, text: undefined };
  return { isNoise: false, isOwn: inApp && (module !== undefined || isInApp(file)), text: describe(frame) };
}

/** A copy: part of a stack trace would keep the whole of it in memory. */
function ofItsOwn(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString();
}

function describe(frame: Telling): string | undefined {
  const place = frame.module === undefined ? moduleName(frame.file) : className(frame.module);
  const name = functionName(frame);
  const isInBundle = frame.module === undefined && isBundle(frame.file);
  // What a bundle shows of a line is the whole file.
  const source = isInBundle ? undefined : frame.source?.replace(/\s+/g, ' ');
  if (name === undefined && source === undefined) return isInBundle || place === '' ? undefined : place;
  return [place, name, source].filter((part) => part !== undefined && part !== '').join('|');
}
